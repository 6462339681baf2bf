const shape = /^[^\s@<>()[\],;:"\\]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u;

/** Whether the text is one plain e-mail address; says nothing of whether it is reachable. */
export function isEmail(text: string): boolean {
  return text.length <= 254 && shape.test(text) && !/^\.|\.\.|\.@/.test(text);
}

/** Lower-cased when it is an address (no mailbox in use tells case apart); otherwise the text as it came, trimmed. */
export function canonicalEmail(text: string): string {
  const trimmed = text.trim().replace(/^mailto:/i, '');
  return isEmail(trimmed) ? trimmed.toLowerCase() : text.trim();
}
