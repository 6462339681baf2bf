import type { Contact, Lead } from '../../protocol/index.ts';
import type { PromotedColumns } from './store/tables.ts';

const MAX_TOKENS = 16;
const MAX_TOKEN_LENGTH = 64;

/** The columns that lists and rules read without opening the document. */
export function promoteFields(document: Lead): PromotedColumns {
  const { contact, account, source } = document;
  return {
    contactName: filled(contactName(contact)),
    company: filled(account?.name),
    email: filled(contact?.emails?.[0]?.value.toLowerCase()),
    city: filled(contact?.address?.city ?? account?.address?.city),
    country: filled(contact?.address?.country ?? account?.address?.country),
    region: filled(contact?.address?.region ?? account?.address?.region),
    campaign: filled(source?.campaign),
    sourceKind: filled(source?.kind),
  };
}

/** What a list shows a lead by: "Ada Lovelace · Acme", as far as it is known. */
export function leadTitle(columns: Pick<PromotedColumns, 'contactName' | 'company'>): string {
  return [columns.contactName, columns.company].filter((part) => part !== null).join(' · ') || 'Lead';
}

function contactName(contact: Contact | undefined): string | undefined {
  return contact?.fullName ?? [contact?.givenName, contact?.familyName].filter(Boolean).join(' ');
}

const filled = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);

/** Lower case without accents: "Müller" is found by "muller". */
const fold = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
const wordsOf = (text: string) => text.match(/[\p{L}\p{N}]+/gu) ?? [];
/** What stands between spaces, without punctuation around it. */
const piecesOf = (text: string) =>
  fold(text)
    .split(/\s+/)
    .map((piece) => piece.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''))
    .filter((piece) => piece !== '');
/** "ada@acme.example", "acme.example": looked for as a whole. */
const isAddress = (piece: string) => piece.includes('@') || /^[\p{L}\p{N}-]{2,}\.[\p{L}\p{N}.-]+$/u.test(piece);

/** Words a lead is found by, each by its beginning: of its contact, its company, its e-mail address and domain. */
export function searchTokens(columns: Pick<PromotedColumns, 'contactName' | 'company' | 'email'>): string[] {
  const { contactName, company, email } = columns;
  const address = email ? [...piecesOf(email), ...piecesOf(email.slice(email.indexOf('@') + 1))] : [];
  const pieces = [...piecesOf(contactName ?? ''), ...piecesOf(company ?? '')];
  const words = pieces.flatMap((piece) => (isAddress(piece) ? [piece, ...wordsOf(piece)] : wordsOf(piece)));
  const tokens = [...address, ...words];
  return [...new Set(tokens.map(clip))].slice(0, MAX_TOKENS);
}

/** The beginnings to look for in what a person typed; all of them must be found. */
export function searchTerms(query: string): string[] {
  const terms = piecesOf(query).flatMap((piece) => (isAddress(piece) ? [piece] : wordsOf(piece)));
  return [...new Set(terms.map(clip))].slice(0, MAX_TOKENS);
}

const clip = (token: string) => Array.from(token).slice(0, MAX_TOKEN_LENGTH).join('');
