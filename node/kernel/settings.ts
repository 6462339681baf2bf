import ipaddr from 'ipaddr.js';

/** Readers of settings: text to value. Each throws an Error whose message ends the sentence "NAME: …". */

export function readText(text: string): string {
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new Error('must not hold control characters');
  return text;
}

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const hostName = new RegExp(`^${label}(\\.${label})*$`);

/** Lower-case host name of at most 253 characters. */
export function readHostName(text: string): string {
  if (text.length <= 253 && hostName.test(text)) return text;
  throw new Error('must be a host name in lower case, such as vendor.example');
}

/** An IP address to listen on; `localhost` is 127.0.0.1. */
export function readAddress(text: string): string {
  if (text === 'localhost') return '127.0.0.1';
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  if (ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare)) return bare;
  throw new Error('must be an IP address to listen on, such as 127.0.0.1, 0.0.0.0 or ::');
}

function readWhole(text: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`must be a whole number from ${least} to ${most}`);
}
export const readPort = (text: string) => readWhole(text, 0, 65_535);
export const readCount = (text: string) => readWhole(text, 1, 100_000_000);
export const readCountOrNone = (text: string) => readWhole(text, 0, 100_000_000);

export function readSwitch(text: string): boolean {
  if (['true', '1', 'yes'].includes(text)) return true;
  if (['false', '0', 'no'].includes(text)) return false;
  throw new Error('must be true or false');
}

/** An http(s) URL of nothing but scheme, host and port. */
export function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const bare = url && ['http:', 'https:'].includes(url.protocol) && url.pathname === '/' && !url.search && !url.hash;
  if (!url || !bare || url.username || url.password)
    throw new Error('must be http:// or https:// with host and port and nothing else');
  return url.origin;
}

/** The URL of another server, with one of `schemes`. Its password is never part of a message. */
export const readServerUrl = (schemes: readonly string[]) => (text: string) => {
  if (URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1))) return text;
  throw new Error(`must be a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`);
};

/** Comma-separated addresses and CIDR ranges. */
export function readRanges(text: string): string {
  const ranges = text.split(',').map((part) => part.trim());
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    if (!ipaddr.isValid(address) || (bits !== undefined && !ipaddr.isValidCIDR(range)))
      throw new Error('must be addresses or CIDR ranges, separated by commas');
    if (bits !== undefined && Number(bits) < 8)
      throw new Error('holds a range so wide that anyone could pose as the proxy');
  }
  return ranges.join(',');
}
