import { readChronicle } from './chronicle.ts';
import type { SimNode } from './station.ts';

/** All rows of a node that the invariants speak of. */
export type Stock = Awaited<ReturnType<typeof takeStock>>;

export async function takeStock(node: SimNode) {
  const { db, clock } = node.ctx;
  return {
    name: node.name,
    nodeId: node.nodeId,
    now: clock.now(),
    leads: await db.selectFrom('lead').selectAll().orderBy('id').execute(),
    history: await db.selectFrom('leadHistory').selectAll().orderBy('id').execute(),
    notes: await db.selectFrom('leadNote').selectAll().execute(),
    conversations: await db.selectFrom('conversation').selectAll().orderBy('createdAt').execute(),
    offers: await db.selectFrom('offer').selectAll().execute(),
    recipients: await db.selectFrom('offerRecipient').selectAll().execute(),
    agreements: await db.selectFrom('agreement').selectAll().execute(),
    steps: await db.selectFrom('agreementDocument').selectAll().execute(),
    requests: await db.selectFrom('privacyRequest').selectAll().orderBy('id').execute(),
    questions: await db.selectFrom('leadQuestion').selectAll().execute(),
    outbox: await db.selectFrom('outbox').selectAll().orderBy('createdAt').execute(),
    inbox: await db.selectFrom('inbox').selectAll().execute(),
    chronicle: await readChronicle(db),
    jobs: await db.selectFrom('job').selectAll().orderBy('dueAt').execute(),
  };
}

export type Lead = Stock['leads'][number];
export type Conversation = Stock['conversations'][number];

export const mallory = 'mallory.localhost';
export const nameOf = (nodeId: string | null) => (nodeId ?? '').replace('.localhost', '');
/** The number of a lead, by the canary in any text about it. */
export const canariesIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/canary\d+x/gi)].map(([word]) => word.toLowerCase())),
];
