import type { Tx } from '../kernel/context.ts';
import type { JobHandler } from '../kernel/jobs.ts';
import { endRetention } from './agreements/end-retention.ts';
import { acceptToPeer, closeUnheard, rejectToPeer, statusToPeer } from './offers/answer-upstream.ts';
import { deliverWebhook } from './bridge/deliver-webhook.ts';
import { deliverKind, type DeliverWebhook } from './bridge/queue-webhook.ts';
import { statusOfPerson } from './bridge/status-of-person.ts';
import { consentToPartner } from './privacy/consent-away.ts';
import { deleteShown } from './privacy/delete-shown.ts';
import { overwriteErasedHandler } from './privacy/overwrite-erased.ts';
import { holdEnded, privacyDue } from './privacy/privacy-due.ts';
import { settleAccess } from './privacy/report-access.ts';
import { questionDue } from './after-release/question-due.ts';
import { sealQuestionsHandler } from './after-release/seal-questions.ts';
import { awardToPartner, closeToPartner, offerToPartner } from './offers/reach-partner.ts';
import { noteErasureHandler, noteWithdrawalsHandler } from './restoration/erasures-file.ts';
import { holdStates, statesToPeer } from './restoration/return-states.ts';
import { secondOpinion } from './receiving/second-opinion.ts';
import { holdStillAbout } from './hold-still.ts';
import { trimExchange } from './trim-exchange.ts';
import { updateToPeer } from './after-release/update-to-peer.ts';

/** Payloads are written by our own rooms, beside the kind: their shape is that of the verb's argument. */
const handler = (kind: string, verb: (tx: Tx, payload: never) => Promise<void>): JobHandler => ({
  kind,
  lock: (tx, payload) => holdStillAbout(tx, payload as never),
  apply: (tx, payload) => verb(tx, payload as never),
});

/** The intents of lower rooms that concern peers. */
export const federationHandlers: readonly JobHandler[] = [
  { ...handler('offer-to-peer', offerToPartner), decides: true },
  { ...handler('award-to-peer', awardToPartner), decides: true },
  handler('close-to-peer', closeToPartner),
  handler('accept-to-peer', acceptToPeer),
  handler('reject-to-peer', rejectToPeer),
  handler('status-to-peer', statusToPeer),
  handler('close-unheard', closeUnheard),
  handler('update-to-peer', updateToPeer),
  handler('consent-to-partner', consentToPartner),
  handler('question-due', questionDue),
  handler('end-retention', endRetention),
  handler('delete-shown', deleteShown),
  { ...handler('states-to-peer', statesToPeer), lock: (tx, payload) => holdStates(tx, payload as never) },
  handler('privacy-due', privacyDue),
  handler('settle-access', settleAccess),
  handler('hold-ended', holdEnded),
  handler('trim-exchange', trimExchange),
  handler('status-of-person', statusOfPerson),
  { kind: deliverKind, run: (ctx, payload) => deliverWebhook(ctx, payload as DeliverWebhook) },
  noteErasureHandler,
  noteWithdrawalsHandler,
  overwriteErasedHandler,
  sealQuestionsHandler,
  secondOpinion,
];
