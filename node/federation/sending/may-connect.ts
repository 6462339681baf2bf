import ipaddr from 'ipaddr.js';
import { CodedError } from '../../kernel/errors.ts';

/** Where else than public unicast addresses a pinned peer may be reached; set by an administrator. */
export interface Allowance {
  /** CIDR, for example `127.0.0.0/8` or `fd00::/8`. */
  readonly range: string;
  readonly port: number;
}

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** The port of a connection, and whether all that goes through it is encrypted. */
export interface Way {
  readonly port: number;
  readonly encrypted: boolean;
}

/** How an endpoint is connected to. */
export const wayTo = (url: URL): Way => ({ port: portOf(url), encrypted: url.protocol === 'https:' });

/**
 * Whether a connection to this address may be made in this way for a peer with this allowance. What is not encrypted stays
 * within the allowance: a lead never crosses the internet in the clear (LX-076).
 */
export function mayConnect(address: string, { port, encrypted }: Way, allowance: Allowance | undefined): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (allowance?.port === port && inRange(parsed, allowance.range)) return true;
  if (!encrypted) return false;
  if (port !== 443 && port < 1024) return false;
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(globalUnicast);
}

/**
 * Refuses an endpoint that is not plain HTTPS; http only to the port for which the administrator made an exception for this
 * peer. To which addresses that leads is seen when it is connected to (`mayConnect`).
 */
export function checkEndpoint(text: string, allowance: Allowance | undefined): URL {
  if (!URL.canParse(text)) throw new CodedError('endpoint-invalid', 422, 'The endpoint is not a URL.');
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowance?.port === portOf(url)))
    throw new CodedError('endpoint-insecure', 422, 'The endpoint must be an https address.');
  if (url.username || url.password || url.hash || url.search)
    throw new CodedError('endpoint-invalid', 422, 'The endpoint must be scheme, host, port and path only.');
  return url;
}

export const portOf = (url: URL): number => Number(url.port) || (url.protocol === 'https:' ? 443 : 80);

/** Checks an administrator's range; the whole internet is no exception. */
export function checkRange(text: string): string {
  const [address, bits] = text.split('/');
  const valid = ipaddr.isValidCIDR(text) || (bits === undefined && ipaddr.isValid(text));
  if (!valid || !address || (bits !== undefined && Number(bits) < 8))
    throw new CodedError('address-range-invalid', 422, 'The allowed address is a range such as 10.8.0.0/16.');
  return bits === undefined ? `${text}/${address.includes(':') ? 128 : 32}` : text;
}

function inRange(address: ipaddr.IPv4 | ipaddr.IPv6, range: string): boolean {
  const [network, bits] = ipaddr.parseCIDR(range);
  if (network.kind() !== address.kind()) return false;
  return address.match([network, bits] as [ipaddr.IPv4 & ipaddr.IPv6, number]);
}
