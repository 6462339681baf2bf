import { messageTable } from '../../protocol/index.ts';
import { mallory, type Stock } from './stock.ts';

/** A job that is due and was not carried out for so long is stuck. */
const patience = 60_000;

/** Nothing is stuck: no job, no message to a node that can be reached. */
export function checkRest(stock: Stock, onFault: (fault: string) => void): void {
  const { name, now, jobs, outbox } = stock;
  for (const { kind, failedAt, dueAt, lastError } of jobs) {
    if (failedAt !== null) onFault(`${name}: job ${kind} was given up: ${lastError}`);
    else if (dueAt < now - patience)
      onFault(`${name}: job ${kind} is due since ${(now - dueAt) / 1000} s: ${lastError}`);
  }
  for (const message of outbox) {
    const { peerId, type, state, code, seq } = message;
    if (peerId === mallory) continue;
    if (state === 'waiting') onFault(`${name}: ${type} ${seq} to ${peerId} still waits: ${code}`);
    if (state === 'refused' && !mayBeRefused(stock, message))
      onFault(`${name}: ${type} ${seq} was refused by ${peerId}: ${code}`);
  }
}

/** Asked of those whom a lead was offered to, in whatever state the offer is. */
const ofRights = ['Erasure', 'ConsentChange', 'AccessRequest'];

/**
 * What crosses another message on the way may come too late; a claim may have been given up before its award. What is about
 * the rights of a person may come where the offer never did, and is heard after an erasure (LX-151); answers are refused only
 * where what they answer was never heard.
 */
function mayBeRefused(
  { outbox, conversations }: Stock,
  { type, code, conversationId, peerId }: Stock['outbox'][number],
): boolean {
  if (code === 'expired') return true;
  if (code === 'erased') return messageTable[type].level !== 'Privacy';
  if (ofRights.includes(type) && code === 'illegal-transition') {
    const ours = conversations.find((each) => each.conversationId === conversationId);
    const sent = outbox.filter((each) => each.type === 'Offer' && each.conversationId === conversationId);
    return ours?.side === 'offering' && !sent.some(({ state }) => state === 'delivered');
  }
  // What it ends or accepts died.
  if (type === 'Agreement' && code === 'agreement-unknown')
    return outbox.some((row) => row.type === type && row.peerId === peerId && row.state === 'dead');
  // The Reject whose deletion it confirms had died by then.
  if (type === 'ErasureStatus' && code === 'illegal-transition')
    return outbox.some(
      (row) =>
        row.conversationId === conversationId && row.type === 'Reject' && ['dead', 'replayed'].includes(row.state),
    );
  // It crossed the end of its agreement.
  if (type === 'Offer' && code === 'agreement-ended') return true;
  return (type === 'Accept' && code === 'stale-round') || (type === 'Award' && code === 'illegal-transition');
}
