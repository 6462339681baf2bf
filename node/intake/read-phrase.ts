import { isEmail } from '../cleansing/email.ts';

/** What one sentence of a notification tells: "Ann Lee has opened your brochure for 12 Main St". */
export interface Phrase {
  name?: string;
  email?: string;
  phone?: string;
  /** The thing asked for. */
  subjectMatter?: string;
  city?: string;
  /** What the person did: "opened OM". */
  event?: string;
  /** buyer, seller, tenant … */
  kind?: string;
}

const particles = new Set(
  'de da do dos das del della di der den van von vom zu zum la le el al bin ibn abu af av ter ten y e und of'.split(
    ' ',
  ),
);
const noNames = new Set(
  `new lead leads inquiry enquiry request message contact form website web online zillow trulia realtor facebook google linkedin instagram
  homes loopnet crexi upnest hotpads redfin autotrader cargurus cars carscom edmunds your our the a an you we property listing team sales support
  customer buyer seller renter tenant someone user visitor guest anonymous unknown hello hi dear re fwd fw alert notification open house info information
  details view click thank thanks please service services office appointment viewing showing tour offer quote price pricing test`.split(
    /\s+/,
  ),
);

/** Two to five capitalised words (with particles) that are no words of a notification; `single` lets one word pass. */
export function looksLikeName(text: string, single = false): boolean {
  const words = text.trim().split(/\s+/);
  if (words.length > 5 || words.length < (single ? 1 : 2) || text.length > 80) return false;
  const isWord = (word: string): boolean =>
    /^\p{Lu}[\p{L}\p{M}.'’-]*,?$/u.test(word) || particles.has(word.toLowerCase());
  if (!words.every(isWord) || particles.has(words.at(-1)?.toLowerCase() ?? '')) return false;
  return !words.some((word) => noNames.has(word.toLowerCase().replace(/[.,]/g, '')) && word !== 'TEST');
}

const phonePattern =
  /(?<![\d/.-])(?:\+\d{1,3}[\s.-]?)?(?:\(\d{2,5}\)[\s.-]?|\d{2,5}[\s.-])\d{3,4}[\s.-]?\d{3,4}(?:\s?(?:ext|x)\.?\s?\d{1,6})?(?![\d/-])|(?<![\w/])\+?\d{10,13}(?![\w/])/g;
const emailPattern = /(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}/g;

/** The e-mail addresses of a text, without the sign that ends the sentence. */
export const emailsIn = (text: string): string[] =>
  [...text.matchAll(emailPattern)]
    .map(([found]) => found.replace(/[.'’]+$/, '').replace(/^['*/=]+/, ''))
    .filter(isEmail);

/** The phone numbers of a text. */
export const phonesIn = (text: string): string[] => [...text.matchAll(phonePattern)].map(([found]) => found.trim());

const verbs =
  'opened|favou?rited|viewed|visited|downloaded|saved|signed|executed|shared|liked|bookmarked|clicked|called|texted|messaged|emailed|registered|requested|submitted|sent|asked|inquired|enquired|contacted|scheduled|booked|signed up|reached out|responded|applied|is requesting|is interested|is looking|is asking|is inquiring|would like|wants|wishes|just|says|wrote|hat|möchte|interessiert sich|souhaite|a demandé|ha solicitado';
const action = new RegExp(`^(.{2,60}?)\\s+(?:has\\s+|have\\s+|had\\s+)?((?:${verbs})\\b.*)$`, 'isu');
const things =
  'leads?|inquiry|enquiry|inquiries|message|request|contact|referral|registration|submission|buyer|seller|prospect|booking|anfrage|kontaktanfrage|demande|solicitud|consulta|interessent';
const announcement = new RegExp(
  `^(?:.{0,60}?\\b)?(?:${things})\\b([^:–—|-]{0,40})(?:\\s*[:–—|]\\s*|\\s+-\\s+|\\s+(?:from|by|von|de)\\s+)(.+)$`,
  'iu',
);
const about = new RegExp(`^(?:.{0,60}?\\b)?(?:${things})\\s+(?:for|about|regarding|on|zu|pour|sobre)\\s+(.+)$`, 'iu');
const kinds = /^(buyer|seller|renter|tenant|landlord|owner|investor|borrower)\s+/i;

const trimSigns = (text: string): string => text.replace(/^[\s"“”'’«»,;:.–—-]+|[\s"“”'’«»,;:.!–—-]+$/gu, '');

/** What stands after the colon: a name, numbers and addresses, a property. */
function readTail(tail: string): Phrase {
  const phrase: Phrase = {};
  const [email] = emailsIn(tail);
  const [phone] = phonesIn(tail);
  let rest = tail;
  if (email) rest = rest.replace(email, ' ');
  if (phone) rest = rest.replace(phone, ' ');
  if (email) phrase.email = email;
  if (phone) phrase.phone = phone;
  const kind = kinds.exec(rest.trim())?.[1];
  if (kind) phrase.kind = kind.toLowerCase();
  rest = trimSigns(rest.trim().replace(kinds, ''));
  const [, who = rest, link = '', what = ''] =
    /^(.*?)\s+(in|at|for|about|regarding|re|on|über|für|zu|pour|para)\s+(.*)$/iu.exec(rest) ?? [];
  if (looksLikeName(trimSigns(who), email !== undefined || phone !== undefined)) {
    phrase.name = trimSigns(who);
    const matter = trimSigns(what);
    if (matter && /^in$/i.test(link) && !/\d/.test(matter)) phrase.city = matter;
    else if (matter) phrase.subjectMatter = matter;
  } else if (/\d/.test(rest) && /\p{L}/u.test(rest)) phrase.subjectMatter = rest;
  return phrase;
}

/** "… opened your OM for 1480 Parkwood Ave" is the event "opened OM" on that property. */
function readAction(name: string, deed: string): Phrase {
  const sentence = trimSigns(deed.replace(/\s+/g, ' '));
  const [, what = sentence, matter] =
    /^(.*?)\s+(?:for|about|on|at|in|regarding|über|für|pour)\s+(.+)$/iu.exec(sentence) ?? [];
  const [verb = ''] = new RegExp(`^(?:${verbs})`, 'i').exec(what) ?? [];
  const object = what
    .slice(verb.length)
    .replace(/^\s*(?:your|our|the|a|an)\s+/i, ' ')
    .trim();
  const direct = matter === undefined && /^\d|\d{3,}/.test(object) ? object : undefined;
  const phrase: Phrase = { name, event: direct ? verb : `${verb} ${object}`.trim() };
  const asked = direct ?? matter;
  if (asked && asked.length <= 200) phrase.subjectMatter = trimSigns(asked);
  return phrase;
}

/** Reads a subject or sentence of a notification; undefined when it says nothing of a person or a thing. */
export function readPhrase(text: string): Phrase | undefined {
  const plain = text
    .replace(/^(?:(?:re|fwd?|wg|aw|tr|rv|enc)\s*:\s*)+/i, '')
    .replace(/^\[[^\]]{1,40}\]\s*/, '')
    .trim();
  if (plain.length > 400 || plain === '') return undefined;
  const [, who = '', deed = ''] = action.exec(plain) ?? [];
  if (deed && looksLikeName(who, /^\p{Lu}/u.test(who))) return readAction(who.trim(), deed);
  const [, , tail] = announcement.exec(plain) ?? [];
  const phrase = tail === undefined ? undefined : readTail(tail);
  if (phrase && Object.keys(phrase).length > 0) return phrase;
  const matter = trimSigns(about.exec(plain)?.[1] ?? '');
  return matter !== '' && !/^(?:your|my|more|further)?\s*info/i.test(matter) ? { subjectMatter: matter } : undefined;
}
