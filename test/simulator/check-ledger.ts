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
  for (const { type, messageId } of outbox)
    if (['Offer', 'Release', 'Update'].includes(type) && !told.has(messageId)) onFault(`${name}: no leaf for ${type}`);
}
