import { createHash } from 'node:crypto';
import { checkLead, ProtocolError, type Lead } from '../../protocol/index.ts';
import { canonicalContact, canonicalText } from '../cleansing/canonical-contact.ts';
import { transact, type Context } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { withIdempotency } from '../kernel/idempotency.ts';
import type { Actor } from '../kernel/routes.ts';
import type { LeadActor } from '../leads/history.ts';
import { receiveLead } from '../leads/receive-lead.ts';

export interface LeadRequest {
  /** Not checked yet. */
  readonly lead: unknown;
  readonly test?: boolean | undefined;
}

export const leadActorOf = ({ userId, name }: Actor): LeadActor => ({ kind: 'user', id: userId, name });

/**
 * A lead document out of anything: text in NFC, checked, contact data canonical. Throws `schema` (422) with the path of
 * what does not fit.
 */
export function readLeadJson(value: unknown, kind: 'api' | 'other' = 'api'): Lead {
  try {
    const checked = canonicalContact(checkLead(canonicalText(value)));
    const { source } = checked;
    return checkLead({ ...checked, source: { ...source, kind: source?.kind ?? kind } });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const path = error.path ? `lead.${error.path}` : 'lead';
    throw new CodedError('schema', 422, `${path} ${error.detail}`, { path });
  }
}

/**
 * Takes in one lead through the API; answers its id. With a key, a repetition by the same user gets the first one's id.
 * Cost: one transaction of five statements (lead, search words, original, history, job), with a key seven; concurrent calls
 * share the commit.
 */
export async function enterLead(
  ctx: Context,
  actor: Actor,
  request: LeadRequest,
  key?: string,
): Promise<{ id: string }> {
  const document = readLeadJson(request.lead);
  const bytes = Buffer.from(JSON.stringify(request));
  return transact(ctx, (tx) => {
    const receive = async (): Promise<{ id: string }> => ({
      id: await receiveLead(tx, {
        document,
        origin: 'local',
        test: request.test,
        original: { mediaType: 'application/json', bytes },
        actor: leadActorOf(actor),
      }),
    });
    if (key === undefined) return receive();
    const digest = createHash('sha256').update(bytes).digest('base64url');
    return withIdempotency(tx, { scope: `leads:${actor.userId}`, key, digest }, receive);
  });
}
