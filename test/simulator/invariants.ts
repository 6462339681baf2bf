import { checkAgreements } from './check-agreements.ts';
import { checkCaps } from './check-caps.ts';
import { checkForgotten, checkLeads } from './check-leads.ts';
import { checkAccounts } from './check-accounts.ts';
import { checkLedger } from './check-ledger.ts';
import { checkRest } from './check-rest.ts';
import { checkRights } from './check-rights.ts';
import type { Run } from './simulate.ts';
import { takeStock, type Stock } from './stock.ts';
import type { World } from './world.ts';

/** What must hold once every fault is over and everything had its time. */
export async function checkEnd(world: World, run: Run): Promise<void> {
  const { onFault } = run;
  const stocks: Stock[] = [];
  for (const node of world.nodes) {
    if (!node.isUp()) onFault(`${node.name} does not run`);
    else stocks.push(await takeStock(node));
  }
  for (const stock of stocks) {
    checkRest(stock, onFault);
    checkLeads(stock, run);
    checkForgotten(stock, run);
    checkAgreements(stock, run);
    checkCaps(stock, run);
    await checkLedger(world.node(stock.name), stock, onFault);
  }
  checkAccounts(stocks, run);
  if (run.plan.rights > 0 || run.plan.hostile) await checkRights(stocks, world.nodes, run);
}
