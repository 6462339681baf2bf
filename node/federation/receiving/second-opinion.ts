import { hash, randomInt } from 'node:crypto';
import { openWithXmlCrypto, ProtocolError, type VerificationKey } from '../../../protocol/index.ts';
import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { intend, type JobHandler } from '../../kernel/jobs.ts';
import { openText } from '../../leads/content-key.ts';
import { tellPeerChange } from '../peers/peer-health.ts';
import { findKeyOf, findPinnedPeer } from '../keys/pinned-keys.ts';
import { findInbox } from '../store/inbox.ts';
import { appendSecurityEvent } from '../store/peers.ts';

const kind = 'second-opinion';

interface Sample {
  readonly peerId: string;
  readonly messageId: string;
  readonly kid: string;
}

/** Of the messages that this node took, has one in `secondOpinionEvery` verified by another library, after the commit. */
export async function sampleForSecondOpinion(tx: Tx, sample: Sample): Promise<void> {
  const every = tx.config.secondOpinionEvery;
  if (every > 0 && randomInt(every) === 0) await intend(tx, { kind, payload: sample });
}

/**
 * Says so when xml-crypto does not see in a document what `open` saw: one of the two is wrong, and people must find out
 * which. What the message did stays.
 */
async function askAgain(ctx: Context, { peerId, messageId, kid }: Sample): Promise<void> {
  const message = await findInbox(ctx, peerId, messageId);
  const peer = await findPinnedPeer(ctx, peerId);
  const key = peer && findKeyOf(peer)(peerId, kid);
  // The content of a message may have been deleted meanwhile.
  const document = await openText(ctx, message?.document ?? null);
  if (!key || !message || document === null) return;
  const { digest, type } = message;
  if (digestByXmlCrypto(document, key) === digest) return;
  const code = 'second-opinion-differs';
  ctx.log.error(code, { peerId, messageId, messageType: type });
  await transact(ctx, async (tx) => {
    await appendSecurityEvent(tx, { peerId, code, messageId, facts: { digest } });
    await tellPeerChange(tx, peerId);
  });
}

/** Of what was signed, if it holds. */
function digestByXmlCrypto(document: string, key: VerificationKey): string | undefined {
  try {
    return hash('sha256', openWithXmlCrypto(document, key), 'base64');
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** Not in a transaction: xml-crypto takes its time. */
export const secondOpinion: JobHandler = { kind, run: (ctx, sample) => askAgain(ctx, sample as Sample) };
