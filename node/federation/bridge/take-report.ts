import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { transact, type Context } from '../../kernel/context.ts';
import { CodedError, conflict } from '../../kernel/errors.ts';
import { withIdempotency } from '../../kernel/idempotency.ts';
import { digestOf, isSame } from '../../people/secret-tokens.ts';
import { appendSecurityEvent, findPeer, type Peer } from '../store/peers.ts';
import { findWebhook, type Webhook } from '../store/webhooks.ts';
import { hearReport, type ReportOutcome } from './hear-report.ts';
import type { Mapping } from './mapping.ts';
import { readReport } from './read-report.ts';
import { secretsOf } from './secrets.ts';
import { checkWebhook } from './webhook-signature.ts';

interface Incoming {
  readonly peerId: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The same for whoever is not this partner, and for partners that do not exist. */
const refused = () => new CodedError('report-refused', 401, 'This report is not from this partner.');

/**
 * Takes a report of other software: signed like our webhooks with the report secret, or with the partner's token. A signed
 * report counts once, whenever it comes again within its five minutes. Throws `report-refused`, `peer-not-active`, and what
 * `readReport` and `hearReport` throw; `idempotency-conflict` for another report under the same id.
 */
export async function takeReport(ctx: Context, incoming: Incoming): Promise<ReportOutcome> {
  const { peerId, body } = incoming;
  const peer = await findPeer(ctx, peerId);
  const webhook = await findWebhook(ctx, peerId);
  if (!peer || !webhook) throw refused();
  const id = await authenticate(ctx, webhook, incoming);
  if (peer.state !== 'active') throw new CodedError('peer-not-active', 503, 'This partner is suspended; report later.');
  const report = readReport(JSON.parse(webhook.mapping) as Mapping, body);
  const digest = hash('sha256', body, 'base64');
  const take = async (mine: Peer) =>
    transact(ctx, (tx) => {
      const work = () => hearReport(tx, mine, report, { id, digest });
      return id === undefined ? work() : withIdempotency(tx, { scope: `report:${peerId}`, key: id, digest }, work);
    });
  try {
    return await take(peer);
  } catch (error) {
    if (error instanceof CodedError && error.code === 'idempotency-conflict')
      await noteEvent(ctx, peerId, 'report-differs', id);
    throw error;
  }
}

/** The id of the report; undefined when it came with the token and names none. */
async function authenticate(ctx: Context, webhook: Webhook, incoming: Incoming): Promise<string | undefined> {
  const { headers, body, peerId } = incoming;
  const { authorization } = headers;
  if (authorization !== undefined) {
    const [, token = ''] = /^Bearer ([\w-]{1,200})$/.exec(authorization) ?? [];
    if (isSame(digestOf(token), webhook.tokenDigest)) return readId(headers['idempotency-key']);
    await noteEvent(ctx, peerId, 'report-token-refused');
    throw refused();
  }
  const checked = checkWebhook(secretsOf(ctx, webhook, 'from'), { headers, body, now: ctx.clock.now() });
  if (typeof checked === 'object') return checked.id;
  await noteEvent(ctx, peerId, checked === 'stale' ? 'report-stale' : 'report-forged');
  throw refused();
}

function readId(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\w.:-]{1,128}$/.test(header)) return header;
  throw conflict('idempotency-key-invalid', 'An Idempotency-Key is up to 128 letters, digits and .:-_.');
}

const noteEvent = (ctx: Context, peerId: string, code: string, messageId?: string): Promise<void> =>
  transact(ctx, (tx) => appendSecurityEvent(tx, { peerId, code, messageId }));
