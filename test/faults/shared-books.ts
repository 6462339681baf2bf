import SqliteFile from 'better-sqlite3';
import { sqliteFile } from '../../node/kernel/database.ts';
import { verifyLedger } from '../../node/ledger/verify-ledger.ts';
import type { Lead } from '../../protocol/index.ts';
import { openStore } from '../support/store.ts';
import type { SharedLead, Told } from './after-release.ts';
import { externalIdOf, type Books } from './books.ts';

/** What may happen to a lead once at most after its release, whatever is sent again. */
const once = ['take-back', 'give-back', 'erase', 'ask-recall', 'ask-return', 'agree', 'forget'];
const tables = [
  'lead', 'leadToken', 'leadHistory', 'leadNote', 'leadOriginal', 'inbox', 'outbox', 'offerRecipient', 'conversation',
  'trace', 'job', 'privacyRequest', 'leadQuestion',
]; // prettier-ignore

interface Row {
  readonly state: string;
  readonly holderKind: string | null;
  readonly document: Lead;
}

/** What a node's database says of leads that are shared with a partner. */
export function readSharedBooks(dataFolder: string) {
  const database = new SqliteFile(sqliteFile(dataFolder), { readonly: true, timeout: 5_000 });
  const all = <R>(sql: string) => database.prepare(sql).all() as R[];
  try {
    const leads = all<{ id: string; document: string } & Omit<Row, 'document'>>(
      'select id, state, holderKind, document from lead',
    );
    const history = all<{ leadId: string; kind: string; n: number }>(
      'select leadId, kind, count(*) as n from leadHistory group by leadId, kind',
    );
    const count = (leadId: string, kind: string) =>
      history.find((each) => each.leadId === leadId && each.kind === kind)?.n ?? 0;
    return {
      leads: new Map(
        leads.map(({ id, document, ...lead }) => [id, { ...lead, document: JSON.parse(document) as Lead }]),
      ),
      states: new Map(
        all<{ leadId: string; state: string }>('select leadId, state from conversation').map(({ leadId, state }) => [
          leadId,
          state,
        ]),
      ),
      erasures: all<{ leadId: string; outcome: string }>(
        "select leadId, outcome from privacyRequest where kind = 'erasure' and ours = 1",
      ),
      count,
      repeated: history.filter(({ kind, n }) => n > 1 && once.includes(kind)),
      /** Every row that may hold something of a lead. */
      text: tables
        .map((table) => JSON.stringify(all(`select * from "${table}"`)))
        .join()
        .toLowerCase(),
    };
  } finally {
    database.close();
  }
}
type SharedBooks = ReturnType<typeof readSharedBooks>;

/** In what two nodes differ that should agree, or what is left that should be gone; one line for each. */
export function compareShared(
  { vendor, reseller }: { vendor: SharedBooks; reseller: SharedBooks },
  told: readonly (Told & { readonly canary: string })[],
): string[] {
  return told.flatMap((each) => {
    const wrong = findWrong({ vendor, reseller }, each);
    return wrong === undefined ? [] : [`${each.matter} ${each.vendorId}: ${wrong}`];
  });
}

function findWrong(
  { vendor, reseller }: { vendor: SharedBooks; reseller: SharedBooks },
  { vendorId, resellerId, matter, jobTitle, canary }: Told & { readonly canary: string },
): string | undefined {
  const [ours, theirs] = [vendor.leads.get(vendorId), reseller.leads.get(resellerId)];
  const [state, other] = [vendor.states.get(vendorId), reseller.states.get(resellerId)];
  if (!ours || !theirs || state !== other) return `${state} / ${other}`;
  const traces = [canary, jobTitle.replace(/\d+$/, '')].map((word) => word.toLowerCase());
  const leftAt = (books: SharedBooks) => traces.filter((word) => books.text.includes(word));
  if (reseller.count(resellerId, 'edit') > vendor.count(vendorId, 'edit')) return 'an update had its effect twice';
  if (matter === 'erased') {
    const said = vendor.erasures.find(({ leadId }) => leadId === vendorId)?.outcome;
    return state === 'erased' && said === 'done' && leftAt(vendor).length + leftAt(reseller).length === 0
      ? undefined
      : `${state}, ${said}, left: ${leftAt(vendor).join()} / ${leftAt(reseller).join()}`;
  }
  if (state === 'returned')
    return theirs.state === 'withdrawn' && ours.holderKind !== 'peer' && leftAt(reseller).length === 0
      ? undefined
      : `${theirs.state}, held by ${ours.holderKind}, left: ${leftAt(reseller).join()}`;
  const titles = [ours.document.contact?.jobTitle, theirs.document.contact?.jobTitle];
  return state === 'released' && ours.holderKind === 'peer' && titles.every((title) => title === jobTitle)
    ? undefined
    : `${state}, held by ${ours.holderKind}, ${titles.join(' / ')}`;
}

/** By what its values are known again when its row is empty. */
export const canaryOf = (vendor: Books, { vendorId }: SharedLead): string => {
  const lead = vendor.leads.find(({ id }) => id === vendorId);
  return lead ? externalIdOf(lead).replace('kill-', 'kanarie') : '';
};

/** What is wrong with the ledger of a node that stopped. */
export async function checkLedger(dataFolder: string, nodeId: string) {
  const store = await openStore({ dataFolder });
  try {
    const { findings, size } = await verifyLedger({ ...store.ctx, config: { ...store.ctx.config, nodeId } });
    return { findings, size };
  } finally {
    await store.close();
  }
}
