import { decideInForce } from '../../node/federation/agreements/decide-standing.ts';
import type { Agreement } from '../../node/federation/store/agreements.ts';
import type { AgreementTerms } from '../../protocol/index.ts';
import type { Entry } from './chronicle.ts';
import type { Run } from './simulate.ts';
import { nameOf, type Stock } from './stock.ts';

const day = 24 * 3_600_000;

/** One lead with one partner, as it is at some point of the chronicle. */
interface Dealing {
  readonly id: string;
  readonly state: string;
  readonly releasedAt: number | null;
  readonly isOpen: boolean;
  /** What was so when the partner claimed it. */
  readonly claim?: Claim | undefined;
}

interface Claim {
  readonly at: number;
  /** Of the agreement that was in force, and of the one it was offered under; none while an administrator had waived them. */
  readonly caps: readonly NonNullable<AgreementTerms['caps']>[];
  /** The others that were released and open, or claimed and not released yet. */
  readonly rivals: readonly string[];
  /** The others that had been released in the day before, or were claimed and not released yet. */
  readonly ofDay: readonly string[];
}

interface Partner {
  readonly dealings: Map<string, Dealing>;
  readonly agreements: Map<string, Agreement>;
  waivedUntil: number;
}

const held = ['released', 'recall-asked', 'return-asked'];
const isUnderWay = ({ state }: Dealing) => state === 'claimed' || state === 'awarded';

/**
 * No partner is released more leads than the caps allow that were in force when it claimed them, or than those it was offered
 * them under. The node's own story is told
 * again, change by change: a lead counts against a claim if it was open or under way to the partner when that was made, and is
 * open when the claimed one is released. Leads that were ended and taken up again in between are nobody's fault.
 */
export function checkCaps(
  { name, chronicle }: Pick<Stock, 'name' | 'chronicle'>,
  { onFault }: Pick<Run, 'onFault'>,
): void {
  const partners = new Map<string, Partner>();
  for (const entry of chronicle) {
    const peerId = String(entry.row['peerId'] ?? entry.row['nodeId']);
    const partner = partners.get(peerId) ?? { dealings: new Map(), agreements: new Map(), waivedUntil: 0 };
    partners.set(peerId, partner);
    const excess = goOn(partner, entry);
    if (excess) onFault(`${name} released more to ${nameOf(peerId)} than was agreed: ${excess}`);
  }
}

/** Tells one change; answers by how much a release is beyond the caps. */
function goOn(partner: Partner, { what, row }: Entry): string | undefined {
  if (what === 'peer') partner.waivedUntil = Number(row['capsWaivedUntil'] ?? 0);
  if (what === 'agreement') {
    const terms = JSON.parse(String(row['terms'])) as AgreementTerms;
    partner.agreements.set(String(row['digest']), { ...row, terms } as unknown as Agreement);
  }
  if (what !== 'conversation' || row['side'] !== 'offering') return undefined;
  const id = String(row['conversationId']);
  const before = partner.dealings.get(id);
  const state = String(row['state']);
  const releasedAt = row['releasedAt'] as number | null;
  const isOpen = held.includes(state) && releasedAt !== null && row['endedAt'] === null;
  const isClaimed = state === 'claimed' && before?.state !== 'claimed';
  const claim = isClaimed ? claimOf(partner, row, Number(row['updatedAt'])) : before?.claim;
  partner.dealings.set(id, { id, state, releasedAt, isOpen, claim });
  const isReleased = releasedAt !== null && releasedAt !== before?.releasedAt;
  return isReleased && claim ? excessOf(partner, claim) : undefined;
}

function claimOf({ dealings, agreements, waivedUntil }: Partner, row: Entry['row'], at: number): Claim {
  const others = [...dealings.values()].filter((one) => one.id !== row['conversationId']);
  const settled = [...agreements.values()].filter(
    ({ acceptedAt, settledAt }) => acceptedAt !== null && settledAt !== null,
  );
  const binding = [decideInForce(settled, 'us', at), agreements.get(String(row['agreementDigest']))];
  const underWay = others.filter(isUnderWay);
  const idsOf = (list: readonly Dealing[]) => [...new Set(list)].map((one) => one.id);
  return {
    at,
    caps: waivedUntil > at ? [] : binding.flatMap((version) => version?.terms.caps ?? []),
    rivals: idsOf([...underWay, ...others.filter(({ isOpen }) => isOpen)]),
    ofDay: idsOf([...underWay, ...others.filter(({ releasedAt }) => releasedAt !== null && releasedAt > at - day)]),
  };
}

function excessOf({ dealings }: Partner, { at, caps, rivals, ofDay }: Claim): string | undefined {
  const open = rivals.filter((id) => dealings.get(id)?.isOpen).length + 1;
  const released = ofDay.filter((id) => (dealings.get(id)?.releasedAt ?? 0) > at - day).length + 1;
  for (const { openLeads, releasesPerDay } of caps) {
    if (openLeads !== undefined && open > openLeads) return `${open} open leads, not ${openLeads}`;
    if (releasesPerDay !== undefined && released > releasesPerDay)
      return `${released} releases within a day, not ${releasesPerDay}`;
  }
  return undefined;
}
