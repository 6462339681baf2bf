import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '../kernel/config.ts';
import { CodedError } from '../kernel/errors.ts';
import { isLoopbackName } from '../kernel/may-listen-on.ts';
import type { RequestFacts } from '../kernel/routes.ts';

/**
 * The session cookie. Its name carries the node's id: cookies know no ports, and two nodes on one host name must not sign
 * each other's people out. Over HTTPS it is `__Host-` and Secure; on this machine (`localhost`, `*.localhost`, loopback
 * addresses) plain http is safe enough and neither is possible everywhere. SameSite=Strict also serves links in mails:
 * the console's page needs no session, and what its script then asks for is a same-site request.
 */
const cookieName = ({ nodeId }: Config, secure: boolean) =>
  `${secure ? '__Host-' : ''}lm-${nodeId.replaceAll('.', '-')}`;

/** Throws `sign-in-needs-https` where a session would cross the network in the clear. */
export function requireSafeConnection({ secure, host }: RequestFacts): void {
  if (secure || isLoopbackName(host)) return;
  throw new CodedError(
    'sign-in-needs-https',
    403,
    'Signing in over plain http works on the machine of the node only: the session would cross the network in the ' +
      'clear. Use https; the operator sets it up with LEADMESH_TLS_CERTIFICATE or LEADMESH_TRUSTED_PROXY.',
  );
}

/** The session token a request carries. */
export function readSessionCookie(config: Config, headers: IncomingHttpHeaders, secure: boolean): string | undefined {
  const name = cookieName(config, secure);
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  const values = pairs.filter(([key]) => key === name).map(([, value]) => value);
  const [value] = values;
  return values.length === 1 && value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
}

export function writeSessionCookie(config: Config, secure: boolean, token: string, maxAgeSeconds: number): string {
  const name = cookieName(config, secure);
  return `${name}=${token}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

export const clearSessionCookie = (config: Config, secure: boolean) => writeSessionCookie(config, secure, '', 0);
