import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Context } from '../../node/kernel/context.ts';
import { openBytes, openText } from '../../node/leads/content-key.ts';
import { isUnanswered, scarsOf } from './scars.ts';
import type { Run } from './simulate.ts';
import type { SimNode } from './station.ts';
import { canariesIn, mallory, nameOf, type Conversation, type Lead, type Stock } from './stock.ts';

/** What a person asked for happened wherever the data went, and nobody erases because of somebody who may not say so. */
export async function checkRights(stocks: readonly Stock[], nodes: readonly SimNode[], run: Run): Promise<void> {
  for (const stock of stocks) {
    const node = nodes.find(({ name }) => name === stock.name) as SimNode;
    await checkNothingLeft(stock, node.ctx, run.onFault);
    for (const lead of stock.leads) checkErasedBecause(stock, lead, run);
    checkAnswered(stock, stocks, run);
    for (const conversation of stock.conversations.filter(({ side }) => side === 'offering'))
      checkHop(stock, conversation, { stocks, run });
  }
}

/** Whatever a node can read of all its tables and files: what is sealed, too, as long as its key is there. */
async function checkNothingLeft({ name, leads }: Stock, ctx: Context, onFault: Run['onFault']): Promise<void> {
  const live = new Set(
    leads.filter(({ state }) => state !== 'withdrawn').flatMap(({ document }) => canariesIn(document)),
  );
  const tables = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(ctx.db);
  for (const { name: table } of tables.rows) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(ctx.db);
    for (const row of rows)
      for (const [column, value] of Object.entries(row))
        for (const canary of canariesIn(await read(ctx, value)))
          if (!live.has(canary)) onFault(`${name} keeps ${canary} in ${table}.${column} although it has no such lead`);
  }
  for (const file of readdirSync(ctx.config.dataFolder, { recursive: true, withFileTypes: true }))
    if (file.isFile() && !file.name.includes('.db'))
      for (const canary of canariesIn(readFileSync(join(file.parentPath, file.name), 'latin1')))
        onFault(`${name} keeps ${canary} in the file ${file.name}`);
}

async function read(ctx: Context, value: unknown): Promise<string> {
  if (typeof value === 'string') return (await openText(ctx, value)) ?? '';
  return Buffer.isBuffer(value) ? ((await openBytes(ctx, value))?.toString('latin1') ?? '') : '';
}

/** People of the node said so, or the partner the lead came from did; a holder or loser only asks. */
function checkErasedBecause({ name, history }: Stock, { id, erasedAt, originPeer }: Lead, { onFault }: Run): void {
  const entries = history.filter(({ leadId, kind }) => leadId === id && kind === 'erase');
  if (entries.length !== (erasedAt === null ? 0 : 1)) onFault(`${name}: a lead was erased ${entries.length} times`);
  for (const { actor } of entries) {
    const by = JSON.parse(actor) as { kind: string; id?: string };
    if (by.kind === 'peer' && by.id !== originPeer)
      onFault(`${name}: a lead was erased because ${by.id} said so, from where it did not come`);
  }
}

/** Between honest nodes every question about personal data got its answer; only people may take longer. */
function checkAnswered({ name, requests }: Stock, stocks: readonly Stock[], { plan, onFault }: Run): void {
  if (plan.hostile) return;
  for (const request of requests) {
    const { ours, kind, outcome, peerId } = request;
    if (ours === 1 && outcome === 'open' && !isUnanswered(stocks, request, plan))
      onFault(`${name}: ${nameOf(peerId)} never answered about ${kind}`);
  }
}

interface Hop {
  readonly stocks: readonly Stock[];
  readonly run: Run;
}

function checkHop(stock: Stock, ours: Conversation, { stocks, run }: Hop): void {
  const peer = stocks.find(({ nodeId }) => nodeId === ours.peerId);
  const theirs = peer?.conversations.find(({ conversationId }) => conversationId === ours.conversationId);
  const lead = stock.leads.find(({ id }) => id === ours.leadId);
  const copy = peer?.leads.find(({ id }) => id === theirs?.leadId);
  if (!peer || !theirs || !lead || !copy || ours.peerId === mallory) return;
  const scars = scarsOf(stocks, ours, run.plan);
  if (!scars.erasure) checkErasedToo({ stock, lead, ours }, { peer, copy }, run);
  if (
    !scars.consent &&
    !scars.state &&
    ['released', 'recall-asked', 'return-asked'].includes(ours.state) &&
    !lead.erasedAt &&
    !copy.erasedAt
  )
    checkConsent({ stock, lead }, { peer, copy }, run);
}

interface Here {
  readonly stock: Stock;
  readonly lead: Lead;
}
interface There {
  readonly peer: Stock;
  readonly copy: Lead;
}

/** What was erased where it came from is erased below, and `done` was said by nobody who had something left. */
function checkErasedToo(
  { stock, lead, ours }: Here & { ours: Conversation },
  { peer, copy }: There,
  { onFault }: Run,
): void {
  const isHeld = copy.heldUntil !== null && copy.heldUntil > peer.now;
  if (lead.erasedAt !== null && copy.erasedAt === null && copy.state !== 'withdrawn' && !isHeld)
    onFault(`${stock.name} erased a lead, and ${peer.name} has it still (${copy.state})`);
  const asked = stock.requests.filter(
    (each) => each.ours === 1 && each.kind === 'erasure' && each.conversationId === ours.conversationId,
  );
  if (asked.some(({ outcome }) => outcome === 'done') && copy.erasedAt === null && copy.state !== 'withdrawn')
    onFault(`${peer.name} said that a lead of ${stock.name} is erased, and has it still (${copy.state})`);
}

const closed = ({ doNotContact }: Lead) => JSON.parse(doNotContact) as string[];

/** No way of contact is open below that was closed above, and the other way round for what the holder said since it has the lead. */
function checkConsent({ stock, lead }: Here, { peer, copy }: There, { onFault }: Run): void {
  const lacks = (one: Lead, other: Lead) => closed(other).filter((channel) => !closed(one).includes(channel));
  if (lacks(copy, lead).length > 0)
    onFault(`${peer.name} may still use ${lacks(copy, lead).join()}, which ${stock.name} was told to leave`);
  const early = peer.history.some(
    ({ leadId, kind, at }) => leadId === copy.id && kind === 'consent' && at <= (copy.releasedAt ?? 0),
  );
  if (!early && lacks(lead, copy).length > 0)
    onFault(`${stock.name} may still use ${lacks(lead, copy).join()}, which ${peer.name} was told to leave`);
}
