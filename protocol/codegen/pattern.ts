/**
 * The same language in JavaScript. Schemas keep to what means the same in both: no \d, \w, \s, no dot outside a class, no
 * anchors, and no negated class under a number (JavaScript would count UTF-16 units).
 */
export function toRegExp(pattern: string): RegExp {
  const outside = pattern.replace(/\\./g, '').replace(/\[[^\]]*\]/g, '[]');
  const foreign = /\\[^tn.*+-]/.test(pattern) || /[.^$]/.test(outside) || /\[\^[^\]]*\]\{/.test(pattern);
  if (foreign) throw new Error(`The pattern ${pattern} may mean something else in JavaScript.`);
  return new RegExp(`^(?:${pattern})$`);
}
