import { openText } from '../../node/leads/content-key.ts';
import { listLeaves } from '../../node/ledger/store/leaves.ts';
import { verifyLedger } from '../../node/ledger/verify-ledger.ts';
import { ledgerPause } from './pumps.ts';
import type { SimNode } from './station.ts';
import type { Stock } from './stock.ts';

/** The ledger is whole, and every message that shows something of a lead has its leaf. */
export async function checkLedger(node: SimNode, { name, now, outbox }: Stock, onFault: (fault: string) => void) {
  const report = await verifyLedger(node.ctx);
  for (const { code, message } of report.findings) onFault(`${name}: ledger: ${code} ${message}`);
  // Whoever fetches its messages does so for ever: there may be leaves of the last minute.
  if ((report.oldestWaitingAt ?? now) < now - ledgerPause) onFault(`${name}: ${report.waiting} leaves have no number`);
  const leaves = (await listLeaves(node.ctx, 0, 100_000)).map(({ text }) => text);
  const told = new Set(leaves.flatMap((text) => /^kind: disclosure$/m.test(text) ? (/^message: (.*)$/m.exec(text)?.[1] ?? []) : [])); // prettier-ignore
  for (const message of outbox)
    if (!told.has(message.messageId) && (await showsLead(node, message)))
      onFault(`${name}: no leaf for ${message.type}`);
}

/** What a message of these types holds when it shows something of the lead. */
const shown: Readonly<Record<string, RegExp>> = {
  ...{ Offer: /^/, Release: /^/, Update: /^/ },
  ...{ AccessReport: /<l:Lead[ />]/, ConsentChange: /<l:Consent[ />]/ },
};

/** Of what was deleted since nobody can tell any more, unless its type alone does. */
async function showsLead({ ctx }: SimNode, { type, document }: Stock['outbox'][number]): Promise<boolean> {
  const sign = shown[type];
  return sign?.test((await openText(ctx, document)) ?? '') ?? false;
}
