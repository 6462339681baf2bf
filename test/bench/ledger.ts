// What evidence costs: leads stored with a leaf each (and numbered) beside the same without, and the verification of the
// log beside bare SHA-256 over the same bytes. By hand: node test/bench/ledger.ts [--quick]
import { hash } from 'node:crypto';
import { transact } from '../../node/kernel/context.ts';
import { appendLeaf } from '../../node/ledger/append-leaf.ts';
import { proveInclusion } from '../../node/ledger/proofs.ts';
import { closeLedger, makeLedgerWorker } from '../../node/ledger/sequencer.ts';
import { listLeaves } from '../../node/ledger/store/leaves.ts';
import { findTile } from '../../node/ledger/store/tiles.ts';
import { verifyLedger } from '../../node/ledger/verify-ledger.ts';
import { receiveLead } from '../../node/leads/receive-lead.ts';
import { lead } from '../protocol/messages.ts';
import { makeFolder, openStore } from '../support/store.ts';
import { quick, takeTurns, tell } from './rounds.ts';

const GROUP = 100;
const TRANSACTIONS = quick ? 500 : 3_000;
const LEAVES = quick ? 5_000 : 100_000;
const PROOFS = 500;

const folder = makeFolder();
const { ctx, close } = await openStore(folder);
const worker = makeLedgerWorker();

/** Of the size of a leaf that tells of an offer. */
const facts = {
  recipient: `peer:${'x'.repeat(40)}`,
  target: Array.from({ length: 16 }, (_, at) => `group${at}=${'c'.repeat(44)}`),
};

async function perSecond(count: number, work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return (count * 1_000) / (performance.now() - from);
}

/** Leads a second in groups that share a commit; their leaves are numbered once a second, as in a node. */
const storeLeads = (leaves: number) => () =>
  perSecond(TRANSACTIONS, async () => {
    let lookedAt = performance.now();
    for (let done = 0; done < TRANSACTIONS; done += GROUP) {
      await Promise.all(
        Array.from({ length: GROUP }, () =>
          transact(ctx, async (tx) => {
            await receiveLead(tx, { document: lead, origin: 'local' });
            for (let leaf = 0; leaf < leaves; leaf++) await appendLeaf(tx, 'field-policy-set', facts);
          }),
        ),
      );
      if (performance.now() - lookedAt < 1_000) continue;
      await worker.runDue(ctx);
      lookedAt = performance.now();
    }
    await closeLedger(ctx);
  });

async function appendLeaves(count: number): Promise<void> {
  for (let done = 0; done < count; done += GROUP * 10)
    await transact(ctx, async (tx) => {
      for (let leaf = 0; leaf < GROUP * 10; leaf++) await appendLeaf(tx, 'field-policy-set', facts);
    });
}

const stored = await takeTurns({ without: storeLeads(0), withOne: storeLeads(1), withThree: storeLeads(3) });
const appending = await perSecond(LEAVES, () => appendLeaves(LEAVES));
const numbering = await perSecond(LEAVES, () => closeLedger(ctx));

let { size } = await verifyLedger(ctx);
const aNode = Buffer.alloc(65, 1);
const texts = (await listLeaves(ctx, 0, LEAVES)).map(({ text }) => text);
const readTile = (level: number, place: number) => findTile(ctx, level, place);
const read = await takeTurns({
  async verified() {
    const from = performance.now();
    ({ size } = await verifyLedger(ctx));
    return (size * 1_000) / (performance.now() - from);
  },
  // As many leaves, and as many nodes above them.
  hashed: () =>
    perSecond(texts.length, () => {
      for (const text of texts) {
        hash('sha256', text, 'buffer');
        hash('sha256', aNode, 'buffer');
      }
      return Promise.resolve();
    }),
  proved: () =>
    perSecond(PROOFS, async () => {
      for (let at = 0; at < PROOFS; at++) await proveInclusion(readTile, Math.floor((size / PROOFS) * at), size);
    }),
});

tell('bytes a leaf', texts.at(-1)?.length ?? 0);
tell('leads stored, no leaf', stored.without, 'leads/s');
tell('leads stored, a leaf each', stored.withOne, 'leads/s');
tell('leads stored, three leaves each', stored.withThree, 'leads/s');
tell('leaves appended', appending, 'leaves/s');
tell('leaves numbered', numbering, 'leaves/s');
tell(`leaves verified, of ${size}`, read.verified, 'leaves/s');
tell('bare SHA-256 over the same bytes', read.hashed, 'leaves/s');
tell(`inclusion proofs in ${size} leaves`, read.proved, 'proofs/s');
tell('with a leaf / without (target 0.9)', stored.withOne / stored.without);
tell('verification / bare SHA-256', read.verified / read.hashed);
tell('one leaf, appended and numbered', 1e6 / appending + 1e6 / numbering, 'µs');
await close();
folder.remove();
