import { createHash } from 'node:crypto';
import PostalMime, { addressParser, type Address, type Email } from 'postal-mime';
import { plainText } from './lead-lines.ts';
import { tokenOfAddress } from './response-token.ts';

/** A mail that may answer an offer, before anybody believed it. */
export interface AnswerMail {
  /** Sent by a program: an absence note, a bounce, a list. Never answered. */
  readonly automatic: boolean;
  /** Lower-case address of the one author; undefined when there is none, or more than one. */
  readonly from: string | undefined;
  /** Tokens of the reply addresses it went to. */
  readonly tokens: readonly string[];
  /** The same for the same mail, however often it is handed over. */
  readonly key: string;
  readonly text: string;
}

/** What a person answers stands at the beginning; reading attachments would only cost time, some microseconds a line. */
const mostBytes = 256 * 1024;
const mostLines = 5_000;

const headersOf = (mail: Email, key: string) =>
  mail.headers.filter((header) => header.key === key).map((header) => header.value.trim());
const addressesOf = (addresses: readonly Address[] = []): string[] =>
  addresses.flatMap((entry) => (entry.group ?? [entry]).map(({ address }) => address));

const automaticSubject =
  /^\s*(?:automatic reply|auto(?:matische antwort|[- ]?reply)|out of (?:the )?office|abwesen|réponse automatique|respuesta automática|undeliver|delivery status|mail delivery|returned mail)/i;

/** RFC 3834 and what programs did before it. */
function isAutomatic(mail: Email): boolean {
  const says = (key: string, pattern: RegExp) => headersOf(mail, key).some((value) => pattern.test(value));
  return (
    says('auto-submitted', /^(?!no\b)/i) ||
    says('precedence', /^(?:bulk|junk|list|auto[-_]?reply)/i) ||
    says('x-autoreply', /./) ||
    says('x-autorespond', /./) ||
    says('list-id', /./) ||
    says('return-path', /^<\s*>/) ||
    says('content-type', /^multipart\/report/i) ||
    automaticSubject.test(mail.subject ?? '')
  );
}

/** One author: several From headers, or several addresses in one, are how a stranger hides behind a known address. */
function authorOf(mail: Email): string | undefined {
  const headers = headersOf(mail, 'from');
  const addresses = addressesOf(addressParser(headers.join(', ')));
  return headers.length === 1 && addresses.length === 1 ? addresses[0]?.toLowerCase() : undefined;
}

function tokensOf(mail: Email): string[] {
  const delivered = ['delivered-to', 'x-original-to', 'envelope-to'].flatMap((key) => headersOf(mail, key));
  const addresses = [...addressesOf(mail.to), ...addressesOf(mail.cc), ...delivered];
  return [...new Set(addresses.flatMap((address) => tokenOfAddress(address.replace(/^<|>$/g, '')) ?? []))];
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" };

/** What a person wrote into a mail without a plain text: everything before the first quotation. */
function textOfHtml(html: string): string {
  const body = html.slice(Math.max(0, html.search(/<body\b/i))).slice(0, 100_000);
  const [own = ''] = body.split(/<blockquote\b|<[^<>]{1,300}\b(?:gmail_quote|divRplyFwdMsg|moz-cite-prefix)/i, 1);
  return own
    .replace(/<(style|script|head|title)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '')
    .replace(/<(?:br|\/p|\/div|\/tr|\/li|\/h\d)\b[^<>]{0,300}>/gi, '\n')
    .replace(/<[^<>]{0,2000}>/g, '')
    .replace(/&(#39|amp|lt|gt|quot|nbsp);/g, (_found, name: string) => entities[name] ?? ' ');
}

const digestOf = (text: string | Uint8Array) => createHash('sha256').update(text).digest('base64url');

/** The beginning of a message, as far as it is read. */
function beginningOf(raw: Uint8Array): Uint8Array {
  let end = -1;
  for (let lines = 0; lines < mostLines; lines++) {
    end = raw.indexOf(10, end + 1);
    if (end < 0 || end >= mostBytes) break;
  }
  return raw.subarray(0, end < 0 || end >= mostBytes ? mostBytes : end + 1);
}

/** Reads a raw RFC 822 message; never throws: what cannot be read has no token. */
export async function readAnswerMail(raw: Uint8Array): Promise<AnswerMail> {
  const mail = await PostalMime.parse(beginningOf(raw), { maxNestingDepth: 30 }).catch(() => undefined);
  if (!mail) return { automatic: false, from: undefined, tokens: [], key: '', text: '' };
  const written = mail.text?.trim() ? mail.text : textOfHtml(mail.html ?? '');
  return {
    automatic: isAutomatic(mail),
    from: authorOf(mail),
    tokens: tokensOf(mail),
    key: digestOf(mail.messageId ?? raw),
    text: plainText(written),
  };
}
