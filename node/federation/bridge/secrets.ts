import type { Context, Tx } from '../../kernel/context.ts';
import { deriveKey, digestOf, makeSecretToken } from '../../people/secret-tokens.ts';
import { updateWebhook, type Webhook } from '../store/webhooks.ts';

/** `to`: what we sign with; `from`: what the other side signs with. Not the same, or an echo of ours would pass. */
type Direction = 'to' | 'from';

/** After a renewal the secrets before it count for so long. */
const overlapMilliseconds = 24 * 3_600_000;

/** What the partner's administrator enters on the other side; shown when it is made, and never stored. */
export interface WebhookSecrets {
  /** Checks our webhooks. */
  readonly secret: string;
  /** Signs reports to us. */
  readonly reportSecret: string;
  /** In place of a signature: `Authorization: Bearer …` on reports. */
  readonly token: string;
}

/** The secrets that count now, the newest first. */
export function secretsOf(ctx: Context, { peerId, secretVersion, changedAt }: Webhook, direction: Direction): Buffer[] {
  const overlaps = secretVersion > 1 && ctx.clock.now() < changedAt + overlapMilliseconds;
  const versions = overlaps ? [secretVersion, secretVersion - 1] : [secretVersion];
  return versions.map((version) => secretOf(ctx, { peerId, version, direction }));
}

interface Which {
  readonly peerId: string;
  readonly version: number;
  readonly direction: Direction;
}

const secretOf = (ctx: Context, { peerId, version, direction }: Which): Buffer =>
  deriveKey(ctx, `webhook ${direction} ${peerId} ${version}`).export();

const write = (secret: Buffer) => `whsec_${secret.toString('base64')}`;

/** Makes the secrets of a partner, or new ones: the old token ends at once, the old signatures count for another day. */
export async function renewSecrets(tx: Tx, { peerId, secretVersion }: Webhook): Promise<WebhookSecrets> {
  const version = secretVersion + 1;
  const token = `lmw_${makeSecretToken(tx)}`;
  await updateWebhook(tx, peerId, {
    secretVersion: version,
    tokenDigest: digestOf(token),
    changedAt: tx.clock.now(),
  });
  return {
    secret: write(secretOf(tx, { peerId, version, direction: 'to' })),
    reportSecret: write(secretOf(tx, { peerId, version, direction: 'from' })),
    token,
  };
}
