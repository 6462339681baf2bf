import { mallory, type Stock } from './stock.ts';

/** A job that is due and was not carried out for so long is stuck. */
const patience = 60_000;

/** Nothing is stuck: no job, no message to a node that can be reached. */
export function checkRest({ name, now, jobs, outbox }: Stock, onFault: (fault: string) => void): void {
  for (const { kind, failedAt, dueAt, lastError } of jobs) {
    if (failedAt !== null) onFault(`${name}: job ${kind} was given up: ${lastError}`);
    else if (dueAt < now - patience)
      onFault(`${name}: job ${kind} is due since ${(now - dueAt) / 1000} s: ${lastError}`);
  }
  for (const { peerId, type, state, code, seq } of outbox) {
    if (peerId === mallory) continue;
    if (state === 'waiting') onFault(`${name}: ${type} ${seq} to ${peerId} still waits: ${code}`);
    if (state === 'refused' && !mayBeRefused(type, code))
      onFault(`${name}: ${type} ${seq} was refused by ${peerId}: ${code}`);
  }
}

const ofRights = ['Erasure', 'ErasureStatus', 'ConsentChange', 'AccessRequest', 'AccessReport'];

/**
 * What crosses another message on the way may come too late; a claim may have been given up before its award. What is about
 * the rights of a person may come where the offer never did.
 */
function mayBeRefused(type: string, code: string | null): boolean {
  if (code === 'expired' || code === 'erased') return true;
  if (ofRights.includes(type) && code === 'illegal-transition') return true;
  // It crossed the end of its agreement.
  if (type === 'Offer' && code === 'agreement-ended') return true;
  // It crossed the end of its agreement.
  if (type === 'Offer' && code === 'agreement-ended') return true;
  return (type === 'Accept' && code === 'stale-round') || (type === 'Award' && code === 'illegal-transition');
}
