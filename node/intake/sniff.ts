import { foldName } from './fold-name.ts';

const longestPhone = 100;

/** Seven to fifteen digits with the signs people put between them; a date or an amount is none. */
export function looksLikePhone(text: string): boolean {
  const plain = text.trim().replace(/^[a-z]{1,3}:/i, '');
  if (plain.length > longestPhone) return false;
  if (!/^[+(\d=]?[\d\s().\-/+–x#,]*(?:\s*(?:ext|x)\.?\s*\d+)?$/i.test(plain)) return false;
  if (/^\d{4}-\d\d-\d\d|^\d{1,2}[./]\d{1,2}[./]\d{2,4}/.test(plain)) return false;
  const digits = plain.replace(/\D/g, '').length;
  return digits >= 7 && digits <= 20;
}

const salutations = new Set(
  'mr mrs ms miss mx dr prof sir madam mister herr frau dipling m mme mlle monsieur madame sr sra srta don dona sig sigra sigg dott dottssa dhr mevr mw pan pani hr fr shri smt'.split(
    ' ',
  ),
);

export const isSalutation = (text: string): boolean => salutations.has(foldName(text));

/** What stands in a name field when there is no person. */
export const isPlaceholderName = (text: string): boolean =>
  /^(?:n\s?[/.]?\s?a|none|null|nil|nan|unknown|undefined|anonymous|unbekannt|inconnu|desconocido|tbd|tba|tbc|in[- ]?stock|available|vacant|unsold|not (?:available|given|provided|known)|no name|test|dummy|x{2,}|[-–—.*?_/#]+)$/i.test(
    text.trim(),
  );

const testText = /test lead: dummy data/i;
const testAddress = /^test@(?:fb|meta|facebook)\.com$/i;

/** The sample leads that advertising platforms send on request. */
export const isTestValue = (text: string): boolean => testText.test(text) || testAddress.test(text.trim());
