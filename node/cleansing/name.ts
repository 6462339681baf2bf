/**
 * A person's or company's name with its white space in order. Letter case stays: "McKay", "van der Berg" and "IBM" have no
 * rule that is certain.
 */
export function canonicalName(text: string): string {
  return text.replace(/[\s\u200B\uFEFF]+/gu, ' ').trim();
}
