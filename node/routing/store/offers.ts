import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/errors.ts';

interface OfferTable {
  id: string;
  leadId: string;
  /** The box whose rule decided. */
  boxId: string;
  ruleId: string | null;
  /** From 1; rises with every offer of the lead. */
  round: number;
  mode: 'direct' | 'grab';
  state: OfferState;
  opensAt: number;
  closesAt: number;
  winnerId: string | null;
  /** Until when an award may stay unconfirmed. */
  leaseUntil: number | null;
  /** When the award was receipted: from then on a release may have left. */
  confirmedAt: number | null;
  createdAt: number;
  endedAt: number | null;
}

declare module '../../kernel/database.ts' {
  interface Database {
    offer: OfferTable;
  }
}

/**
 * `open`: may be accepted; `claimed`: a user of ours was first, the peer the lead comes from has not released it yet;
 * `awarded`: a peer was first; `done`: the winner holds the lead; the rest: it ended without a winner (`taken`: the peer it
 * comes from gave it to somebody else).
 */
type OfferState = 'open' | 'claimed' | 'awarded' | 'done' | 'rejected' | 'expired' | 'recalled' | 'taken';
export const liveOfferStates: readonly OfferState[] = ['open', 'claimed', 'awarded'];

export type Offer = Readonly<OfferTable>;

const columns = [
  'id', 'leadId', 'boxId', 'ruleId', 'round', 'mode', 'state', 'opensAt', 'closesAt', 'winnerId', 'leaseUntil',
  'confirmedAt', 'createdAt', 'endedAt',
] as const; // prettier-ignore

const findRow = compileOnce((db, { id }: { id: string }) =>
  db.selectFrom('offer').select(columns).where('id', '=', id),
);

export async function getOffer(ctx: Context, id: string): Promise<Offer> {
  const [offer] = (await findRow(ctx, { id })).rows;
  if (!offer) throw notFound('offer');
  return offer;
}

// Without order or limit: beside a bound value SQLite would plan such a statement anew each time.
const listRows = compileOnce((db, { leadId }: { leadId: string }) =>
  db.selectFrom('offer').select(columns).where('leadId', '=', leadId),
);

/** The offers of a lead, newest round first. */
export async function listOffers(ctx: Context, leadId: string): Promise<Offer[]> {
  return (await listRows(ctx, { leadId })).rows.sort((one, other) => other.round - one.round);
}

/** The newest offer of a lead, whatever became of it. */
export async function findLastOffer(ctx: Context, leadId: string): Promise<Offer | undefined> {
  return (await listOffers(ctx, leadId))[0];
}

const insertRow = compileOnce((db, row: OfferTable) => db.insertInto('offer').values(row));

/** Fails on a constraint when the lead has a live offer, or one of this round. */
export async function insertOffer(tx: Tx, offer: Omit<Offer, 'winnerId' | 'leaseUntil' | 'confirmedAt' | 'endedAt'>) {
  await insertRow(tx, { ...offer, winnerId: null, leaseUntil: null, confirmedAt: null, endedAt: null });
}

/**
 * The one statement that decides who was first. It also asks that the recipient has not answered otherwise. False when
 * somebody else was first, the offer is not open (yet), or the round is an old one.
 */
export async function claimIfOpen(
  tx: Tx,
  claim: { offerId: string; round: number; recipientId: string; now: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('offer')
    .set({ state: 'claimed', winnerId: claim.recipientId })
    .where('id', '=', claim.offerId)
    .where('round', '=', claim.round)
    .where('state', '=', 'open')
    .where('winnerId', 'is', null)
    .where('opensAt', '<=', claim.now)
    .where('closesAt', '>', claim.now)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('offerRecipient')
          .select('offerRecipient.id')
          .where('offerRecipient.id', '=', claim.recipientId)
          .whereRef('offerRecipient.offerId', '=', 'offer.id')
          .where('offerRecipient.state', '=', 'offered'),
      ),
    )
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

interface OfferCondition {
  /** The state it must have now. */
  readonly state: OfferState;
  readonly winnerId?: string;
  /** Only when it closes at or before this time. */
  readonly closesBy?: number;
  /** Only while no release may have left. */
  readonly unconfirmed?: true;
}
type OfferChange = Partial<Pick<OfferTable, 'state' | 'leaseUntil' | 'confirmedAt' | 'endedAt'>>;

/** Changes an offer only while the condition holds; false when it does not. Holds its row until the commit. */
export async function updateOfferIf(tx: Tx, id: string, condition: OfferCondition, change: OfferChange) {
  const { state, winnerId, closesBy, unconfirmed } = condition;
  let query = tx.db.updateTable('offer').set(change).where('id', '=', id).where('state', '=', state);
  if (winnerId !== undefined) query = query.where('winnerId', '=', winnerId);
  if (closesBy !== undefined) query = query.where('closesAt', '<=', closesBy);
  if (unconfirmed) query = query.where('confirmedAt', 'is', null);
  const { numUpdatedRows } = await query.executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Reads an offer and holds its row until the commit: whoever answers it meanwhile waits. */
export async function lockOffer(tx: Tx, id: string): Promise<Offer> {
  const offer = await tx.db
    .updateTable('offer')
    .set((put) => ({ round: put.ref('round') }))
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirst();
  if (!offer) throw notFound('offer');
  return offer;
}
