import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { Context } from '../../kernel/context.ts';

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const authTagLength = 8;
const prefix = 'lead_';

const keyOf = ({ config, keys }: Pick<Context, 'config' | 'keys'>): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', keys.secret, config.nodeId, 'conversation-id', 32)));

/**
 * A fresh id for a conversation about a lead. It holds the lead's id for this node alone: when a backup does not know the
 * conversation, a partner's word leads to the lead all the same (LX-185). Two ids of one lead look as different as any others.
 */
export function makeConversationId(ctx: Pick<Context, 'config' | 'keys' | 'ids'>, leadId: string): string {
  const nonce = ctx.ids.random(nonceBytes);
  const sealing = createCipheriv(cipher, keyOf(ctx), nonce, { authTagLength });
  const hidden = Buffer.concat([sealing.update(leadId.slice(prefix.length), 'latin1'), sealing.final()]);
  return `c${Buffer.concat([nonce, hidden, sealing.getAuthTag()]).toString('base64url')}`;
}

/** The lead of a conversation whose id this node made; undefined for every other id. */
export function readLeadId(ctx: Pick<Context, 'config' | 'keys'>, conversationId: string): string | undefined {
  const bytes = Buffer.from(conversationId.slice(1), 'base64url');
  if (bytes.length <= nonceBytes + authTagLength) return undefined;
  const opening = createDecipheriv(cipher, keyOf(ctx), bytes.subarray(0, nonceBytes), { authTagLength });
  opening.setAuthTag(bytes.subarray(-authTagLength));
  try {
    const text =
      opening.update(bytes.subarray(nonceBytes, -authTagLength), undefined, 'latin1') + opening.final('latin1');
    return `${prefix}${text}`;
  } catch {
    return undefined;
  }
}
