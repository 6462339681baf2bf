import { CodedError } from '../kernel/errors.ts';

export interface DecodedText {
  text: string;
  /** WHATWG name, for example `utf-16le`. */
  encoding: string;
  bom: boolean;
}

const marks: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** One-byte encodings in which spreadsheets save; the first one wins when nothing tells them apart. */
const oneByteEncodings = [
  'windows-1252',
  'macintosh',
  'cp850',
  'windows-1251',
  'windows-1250',
  'windows-1253',
  'windows-1254',
];
const manyByteEncodings = ['shift_jis', 'gb18030', 'euc-kr', 'big5'];

/** Upper half of code page 850, which TextDecoder does not know ("CSV (MS-DOS)"). */
const cp850 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0';

function decodeAs(bytes: Uint8Array, encoding: string): string {
  if (encoding !== 'cp850') return new TextDecoder(encoding).decode(bytes);
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\x80-\xff]/g, (char) => cp850[char.charCodeAt(0) - 0x80] ?? char);
}

/** UTF-16 without a mark: in most texts every other byte is zero. */
function guessUtf16(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, 4096);
  if (sample.length < 4 || bytes.length % 2 === 1) return undefined;
  const zeros = [0, 0];
  sample.forEach((byte, at) => {
    if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  const many = sample.length / 2 / 3;
  if (odd > many && even < odd / 4) return 'utf-16le';
  if (even > many && odd < even / 4) return 'utf-16be';
  return undefined;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * How much a text reads like words in one script: accented letters stand between small letters and quotation marks around
 * words; neither signs nor capitals stand inside words.
 */
function plausibility(text: string): number {
  const points = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const letters =
    points(/(?<=\p{Ll})[À-ÿœ]|[À-ÿœ](?=\p{Ll})/gu) + points(/[\p{Script=Cyrillic}\p{Script=Greek}]{3,}/gu);
  const signs = points(/(?<!\p{L})[“‘„«](?=\p{L})|(?<=\p{L})[”’»](?!\p{L})|€\s?\d|\d\s?€/gu);
  const strangers = points(
    /[\x80-\x9f\ufffd]|(?<=\p{L})[^\x00-\x7f\p{L}\p{M}’·](?=\p{L})|(?<=\p{L})[“‘„](?!\p{L})|(?<=\p{Ll})[^\x00-\x7f\P{Lu}]/gu,
  );
  const mixed = points(
    /(?<=[A-Za-z])[\p{Script=Cyrillic}\p{Script=Greek}]|[\p{Script=Cyrillic}\p{Script=Greek}](?=[A-Za-z])/gu,
  );
  return letters + signs - 2 * strangers - 2 * mixed;
}

function guessLegacy(bytes: Uint8Array, knowsHeader: (text: string) => number): string {
  const sample = bytes.subarray(0, 16_384);
  const score = (encoding: string): number => {
    const text = decodeAs(sample, encoding);
    const broken = manyByteEncodings.includes(encoding) && text.slice(0, -2).includes('\ufffd');
    return broken
      ? -Infinity
      : 20 * knowsHeader(text) + (manyByteEncodings.includes(encoding) ? -1 : plausibility(text));
  };
  let best = { encoding: 'windows-1252', score: score('windows-1252') };
  for (const encoding of [...oneByteEncodings.slice(1), ...manyByteEncodings]) {
    const found = score(encoding);
    if (found > best.score) best = { encoding, score: found };
  }
  return best.encoding;
}

/**
 * Bytes to text: by byte-order mark, UTF-16 by its zero bytes, UTF-8 when valid, else the legacy encoding that reads best
 * (windows-1252 unless another one is clearly better). `knowsHeader` counts the known words of a text's first line. `encoding`, when given,
 * is taken at its word. Throws `unknown-encoding`.
 */
export function decodeText(
  bytes: Uint8Array,
  encoding?: string,
  knowsHeader: (text: string) => number = () => 0,
): DecodedText {
  const marked = marks.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte));
  if (marked) return { text: decodeAs(bytes, marked[0]), encoding: marked[0], bom: true };
  if (encoding) return { text: decodeNamed(bytes, encoding), encoding, bom: false };
  const guessed = guessUtf16(bytes) ?? (isUtf8(bytes) ? 'utf-8' : guessLegacy(bytes, knowsHeader));
  return { text: decodeAs(bytes, guessed), encoding: guessed, bom: false };
}

function decodeNamed(bytes: Uint8Array, encoding: string): string {
  try {
    return decodeAs(bytes, encoding);
  } catch {
    throw new CodedError('unknown-encoding', 422, `No such text encoding: "${encoding.slice(0, 40)}".`);
  }
}
