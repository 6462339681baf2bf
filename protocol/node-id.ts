const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const pattern = new RegExp(`^${label}(?:\\.${label})*$`);

/** A node is named like a host: lower-case labels with dots between, at most 253 characters. */
export function isNodeId(text: string): boolean {
  return text.length <= 253 && pattern.test(text);
}
