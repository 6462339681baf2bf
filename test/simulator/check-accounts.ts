import { leadFields, getField, type Lead as LeadDocument } from '../../protocol/index.ts';
import { scarsOf, type Scars } from './scars.ts';
import type { Run } from './simulate.ts';
import { canariesIn, mallory, nameOf, type Conversation, type Lead, type Stock } from './stock.ts';

const held = ['released', 'recall-asked', 'return-asked'];
const over = ['closed', 'rejected'];
const work = ['assigned', 'contacted', 'working', 'asleep', 'won', 'lost'];

/** Both sides tell the same story, and of every person's lead there is one owner. */
export function checkAccounts(stocks: readonly Stock[], run: Run): void {
  const { onFault, plan, taken } = run;
  const vendor = stocks.find(({ name }) => name === 'vendor');
  const own = vendor?.leads.filter(({ origin }) => origin === 'local') ?? [];
  if (own.length < taken || own.length > plan.leads)
    onFault(`${own.length} leads are at the vendor, which confirmed ${taken} of ${plan.leads}`);
  for (const stock of stocks)
    for (const conversation of stock.conversations.filter(({ side }) => side === 'offering'))
      checkPair(stocks, stock, conversation, run);
  for (const stock of stocks)
    for (const { side, peerId, conversationId, state } of stock.conversations) {
      if (side !== 'holding' || peerId === mallory) continue;
      const known = stocks.find(({ nodeId }) => nodeId === peerId)?.conversations;
      if (!known?.some((other) => other.conversationId === conversationId))
        onFault(`${stock.name} has a conversation (${state}) that ${nameOf(peerId)} never began`);
    }
  checkOwners(stocks, run);
}

function checkPair(stocks: readonly Stock[], stock: Stock, ours: Conversation, run: Run): void {
  const peer = stocks.find(({ nodeId }) => nodeId === ours.peerId);
  if (!peer) return;
  const scars = scarsOf(stocks, ours, run.plan);
  if (scars.state) return;
  const { onFault } = run;
  const theirs = peer.conversations.find(({ conversationId }) => conversationId === ours.conversationId);
  // Whoever erased what it talked about refuses to hear more of it.
  if (ours.erasedAt !== null || (theirs && theirs.erasedAt !== null)) return;
  const pair = `${stock.name} ${ours.state} / ${peer.name} ${theirs?.state ?? 'nothing'}`;
  const alike = ours.state === theirs?.state;
  const ended = over.includes(ours.state) && (!theirs || over.includes(theirs.state));
  if (!alike && !ended) {
    onFault(`conversations differ: ${pair}`);
    return;
  }
  if (['offered', 'claimed', 'awarded'].includes(ours.state)) onFault(`a conversation is ${pair} for ever`);
  const lead = stock.leads.find(({ id }) => id === ours.leadId);
  const copy = peer.leads.find(({ id }) => id === theirs?.leadId);
  if (lead && held.includes(ours.state)) checkHeld({ stock, lead }, { peer, copy, scars }, run);
  else if (copy && copy.state !== 'withdrawn') onFault(`${peer.name} keeps a lead (${copy.state}) although: ${pair}`);
}

function checkHeld(
  { stock, lead }: { stock: Stock; lead: Lead },
  { peer, copy, scars }: { peer: Stock; copy: Lead | undefined; scars: Scars },
  { onFault, plan }: Run,
): void {
  const pair = `${stock.name} ${lead.state} / ${peer.name} ${copy?.state ?? 'nothing'}`;
  if (lead.holderId !== peer.nodeId) onFault(`${stock.name} does not say that ${peer.name} holds the lead: ${pair}`);
  if (!copy || copy.releasedAt === null) {
    onFault(`${peer.name} does not hold a lead that was released to it: ${pair}`);
    return;
  }
  if (work.includes(copy.state) && !scars.status && !isTired(lead, stock) && !tellsOf(lead, copy, peer))
    onFault(`status differs: ${pair}`);
  const hasSaid = (what: string) =>
    peer.history.some(
      ({ leadId, kind, actor }) => leadId === copy.id && kind === what && actor.includes('"kind":"user"'),
    );
  if (hasSaid('edit') || scars.values || plan.policies.length > 0) return;
  // Both may have been told something else at the same time; what crosses is kept as it came.
  const mayDiffer = scars.consent || hasSaid('consent');
  const differ = differing(lead, copy).filter((path) => path !== 'consents' || !mayDiffer);
  if (differ.length > 0) onFault(`values differ between ${stock.name} and ${peer.name}: ${differ.join()}`);
}

/** An outcome that changed many times is noted in the end, and changes nothing any more. */
const isTired = ({ id }: Lead, { notes }: Stock): boolean =>
  notes.some(({ leadId, text }) => leadId === id && text.includes('changed too often'));

/** What was told of a lead that was given to somebody else there says only that somebody has it. */
function tellsOf(lead: Lead, copy: Lead, { history }: Stock): boolean {
  if (lead.state === copy.state) return true;
  const isRerouted = history.some(({ leadId, kind }) => leadId === copy.id && kind === 'reroute');
  return isRerouted && copy.state === 'assigned' && ['assigned', 'contacted', 'working'].includes(lead.state);
}

function differing(one: Lead, other: Lead): string[] {
  const [first, second] = [one, other].map(({ document }) => JSON.parse(document) as LeadDocument);
  const text = (lead: LeadDocument | undefined, path: string) => JSON.stringify(getField(lead ?? {}, path));
  return leadFields.map(({ path }) => path).filter((path) => text(first, path) !== text(second, path));
}

/** Of all nodes one at most has people at work on a person's lead. */
function checkOwners(stocks: readonly Stock[], { onFault }: Run): void {
  const owners = new Map<string, string[]>();
  for (const { name, leads } of stocks)
    for (const { state, holderKind, document } of leads)
      if (holderKind === 'user' && work.includes(state))
        for (const canary of canariesIn(document)) owners.set(canary, [...(owners.get(canary) ?? []), name]);
  for (const [canary, names] of owners)
    if (names.length > 1) onFault(`${canary} is worked on by ${names.join(' and ')}`);
}
