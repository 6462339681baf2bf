import type { Capabilities } from '../../../protocol/index.ts';
import type { Context } from '../../kernel/context.ts';
import type { Restoration } from '../../kernel/restoration.ts';
import { listAwaited } from '../store/restorations.ts';

/** A partner that a restored node asks how its conversations stand. */
export interface Asked {
  readonly peerId: string;
  readonly name: string;
  readonly state: string;
  readonly returnedAt: number | null;
  /** `unable`: it has no node, or says since the restoration that it does not speak Audit, so that no States come from it. */
  readonly answer: 'returned' | 'awaited' | 'unable';
}

/** The partners of a restoration. What a backup says of what they speak is not believed: they may have learned it since. */
export async function listAsked(ctx: Context, { epoch, begunAt }: Restoration): Promise<Asked[]> {
  return (await listAwaited(ctx, epoch)).map(({ kind, capabilities, learnedAt, ...rest }) => {
    const saidSince = begunAt !== null && learnedAt !== null && learnedAt >= begunAt;
    const isUnable = kind !== 'node' || (saidSince && !speaksAudit(capabilities));
    return { ...rest, answer: rest.returnedAt !== null ? 'returned' : isUnable ? 'unable' : 'awaited' };
  });
}

const speaksAudit = (capabilities: string | null): boolean =>
  (JSON.parse(capabilities ?? '{"levels":[]}') as Capabilities).levels.includes('Audit');
