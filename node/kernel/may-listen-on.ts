import ipaddr from 'ipaddr.js';

/** How far an address to listen on reaches. */
type Reach = 'loopback' | 'private' | 'public';

const privateRanges = new Set(['private', 'uniqueLocal', 'linkLocal', 'carrierGradeNat']);

/** Reach of `host`; the unspecified address (0.0.0.0, ::) reaches as far as the widest of the machine's `addresses`. */
export function reachOf(host: string, addresses: readonly string[]): Reach {
  const range = ipaddr.process(host.replace(/%.*$/, '')).range();
  if (range === 'loopback') return 'loopback';
  if (range !== 'unspecified') return privateRanges.has(range) ? 'private' : 'public';
  const reaches = addresses.filter((each) => ipaddr.isValid(each)).map((each) => reachOf(each, []));
  return reaches.includes('public') ? 'public' : 'private';
}

interface Listening {
  readonly host: string;
  /** Addresses of the machine's own interfaces. */
  readonly addresses: readonly string[];
  /** Whether TLS is spoken here or by a trusted proxy. */
  readonly encrypted: boolean;
  readonly demo: boolean;
}

/** Why a node must not listen like this; empty when it may. */
export function mayListenOn({ host, addresses, encrypted, demo }: Listening): { code: string; message: string }[] {
  if (reachOf(host, addresses) !== 'public') return [];
  if (demo)
    return [
      {
        code: 'demo-on-public-address',
        message: `LEADMESH_DEMO shows every mail to whoever asks: it does not listen on the public address ${host}.`,
      },
    ];
  if (encrypted) return [];
  return [
    {
      code: 'public-bind-without-tls',
      message:
        `LEADMESH_HOST ${host} can be reached from the internet, but nothing encrypts the traffic. ` +
        'Give LEADMESH_TLS_CERTIFICATE and LEADMESH_TLS_KEY, or LEADMESH_TRUSTED_PROXY, or listen on 127.0.0.1.',
    },
  ];
}

/** What a host name in a URL says about who can listen in: loopback names never leave the machine. */
export const isLoopbackName = (host: string) =>
  host === 'localhost' ||
  host.endsWith('.localhost') ||
  (ipaddr.isValid(host.replace(/^\[(.*)\]$/, '$1')) &&
    ipaddr.process(host.replace(/^\[(.*)\]$/, '$1')).range() === 'loopback');

/** What the operator should know about this way of listening; printed at start. */
export function describeListening(host: string, encrypted: boolean): string | undefined {
  if (encrypted || reachOf(host, []) === 'loopback') return undefined;
  return (
    `Listening on ${host} over plain http. Signing in works on this machine only (http://localhost or *.localhost); from ` +
    'other machines it is refused with sign-in-needs-https, because a session cookie would cross the network in the clear. ' +
    'To let others sign in, give LEADMESH_TLS_CERTIFICATE and LEADMESH_TLS_KEY, or put a proxy in front (LEADMESH_TRUSTED_PROXY).'
  );
}
