import type { ConversationState, Outcome, Side } from '../../../protocol/conversation.ts';
import type { MessageType } from '../../../protocol/generated.ts';

/** A step: what is sent (`>`) or received (`<`), in which round, and the state after it, or the code of the refusal. */
export interface Step {
  readonly direction: 'sent' | 'received';
  readonly message: MessageType;
  readonly outcome?: Outcome;
  readonly round: number;
  readonly then: ConversationState | 'illegal-transition' | 'stale-round' | 'erased';
}
export interface Walk {
  readonly name: string;
  readonly side: Side;
  readonly requirement: string;
  readonly why: string;
  readonly steps: readonly Step[];
}

/** `>Accept 1 claimed`, `<ReturnAnswer/agreed 1 returned`. */
function step(text: string): Step {
  const [, arrow, message, outcome, round, then] = /^([<>])(\w+)(?:\/([\w-]+))? (\d+) ([\w-]+)$/.exec(text) ?? [];
  return {
    direction: arrow === '>' ? 'sent' : 'received',
    message: message as MessageType,
    ...(outcome !== undefined && { outcome: outcome as Outcome }),
    round: Number(round),
    then: then as Step['then'],
  };
}

type Line = readonly [name: string, side: Side, requirement: string, why: string, steps: string];
const walk = (...[name, side, requirement, why, steps]: Line): Walk => ({
  ...{ name, side, requirement, why },
  steps: steps.split(', ').map(step),
});

const toReleased = '<Offer 1 offered, >Accept 1 claimed, <Award 1 awarded, <Release 1 released';
const fromReleased = '>Offer 1 offered, <Accept 1 claimed, >Award 1 awarded, >Release 1 released';

export const walks: readonly Walk[] = [
  walk('won', 'holding', 'LX-100', 'all the way', `${toReleased}, >Status 1 released, >Status 1 released`),
  walk('release-again', 'holding', 'LX-136', 'sent anew after it arrived', `${toReleased}, <Release 1 released`),
  walk('won-offering', 'offering', 'LX-100', 'all the way', `${fromReleased}, <Status 1 released`),
  walk(
    'rejected',
    'holding',
    'LX-100',
    'not wanted',
    '<Offer 1 offered, >Reject 1 rejected, <NoLongerAvailable 1 rejected',
  ),
  walk(
    'rejected-after-accept',
    'holding',
    'LX-100',
    'a change of mind before the award',
    '<Offer 1 offered, >Accept 1 claimed, >Reject 1 rejected, <Award 1 illegal-transition',
  ),
  walk(
    'lost',
    'holding',
    'LX-116',
    'somebody else was first',
    '<Offer 1 offered, >Accept 1 claimed, <NoLongerAvailable 1 closed, <Award 1 illegal-transition',
  ),
  walk('award-before-accept', 'holding', 'LX-100', 'nobody claimed', '<Offer 1 offered, <Award 1 illegal-transition'),
  walk(
    'release-before-award',
    'holding',
    'LX-115',
    'nothing was awarded',
    '<Offer 1 offered, >Accept 1 claimed, <Release 1 illegal-transition',
  ),
  walk(
    'accept-crosses-end',
    'offering',
    'LX-112',
    'a claim that comes too late is receipted',
    '>Offer 1 offered, >NoLongerAvailable 1 closed, <Accept 1 closed',
  ),
  walk(
    'status-too-early',
    'offering',
    'LX-100',
    'no status before the release',
    '>Offer 1 offered, <Accept 1 claimed, >Award 1 awarded, <Status 1 illegal-transition',
  ),
  walk(
    'next-round',
    'holding',
    'LX-092',
    'offered anew; what is old is stale',
    '<Offer 1 offered, >Accept 1 claimed, <NoLongerAvailable 1 closed, <Offer 2 offered, <Award 1 stale-round, >Accept 2 claimed, <Award 2 awarded',
  ),
  walk(
    'round-overtakes',
    'holding',
    'LX-092',
    'the end of the last round is still on its way',
    '<Offer 1 offered, >Accept 1 claimed, <Offer 2 offered, <NoLongerAvailable 1 stale-round',
  ),
  walk(
    'same-round-again',
    'holding',
    'LX-092',
    'a new offer has a higher round',
    '<Offer 1 offered, <NoLongerAvailable 1 closed, <Offer 1 stale-round',
  ),
  walk(
    'round-from-nowhere',
    'holding',
    'LX-092',
    'only an Offer begins a round',
    '<Offer 1 offered, <Award 2 illegal-transition',
  ),
  walk('nothing-begun', 'holding', 'LX-100', 'a conversation begins with an Offer', '<Award 1 illegal-transition'),
  walk(
    'lease-lapses',
    'offering',
    'LX-114',
    'the receipt for the Award did not come',
    '>Offer 1 offered, <Accept 1 claimed, >Award 1 awarded, >NoLongerAvailable 1 closed, >Offer 2 offered, <Accept 1 stale-round, <Accept 2 claimed',
  ),
  walk(
    'no-way-back',
    'offering',
    'LX-115',
    'after the Release nothing is offered anew',
    `${fromReleased}, >Offer 2 illegal-transition, >NoLongerAvailable 1 illegal-transition`,
  ),
  walk(
    'updates',
    'holding',
    'LX-140',
    'both ways while the lead is held',
    `${toReleased}, <Update 1 released, >Update 1 released`,
  ),
  walk(
    'update-too-early',
    'holding',
    'LX-140',
    'nothing to update before the release',
    '<Offer 1 offered, <Update 1 illegal-transition',
  ),
  walk(
    'recalled-early',
    'holding',
    'LX-141',
    'before the release a lead is back at once',
    '<Offer 1 offered, >Accept 1 claimed, <Recall 1 closed, >RecallAnswer/agreed 1 closed',
  ),
  walk(
    'recalled-late',
    'holding',
    'LX-141',
    'afterwards the holder is asked',
    `${toReleased}, <Recall 1 recall-asked, >Status 1 recall-asked, >RecallAnswer/agreed 1 returned, >Status 1 illegal-transition`,
  ),
  walk(
    'recall-refused',
    'offering',
    'LX-143',
    'the holder keeps the lead',
    `${fromReleased}, >Recall 1 recall-asked, <RecallAnswer/refused 1 released, <Status 1 released`,
  ),
  walk(
    'recall-agreed',
    'offering',
    'LX-143',
    'back, and offered anew',
    `${fromReleased}, >Recall 1 recall-asked, <RecallAnswer/agreed 1 returned, >Offer 2 offered`,
  ),
  walk(
    'returned',
    'holding',
    'LX-142',
    'the offering node takes it back',
    `${toReleased}, >Return 1 return-asked, <ReturnAnswer/agreed 1 returned, <Offer 2 offered`,
  ),
  walk(
    'return-refused',
    'holding',
    'LX-143',
    'the window is over',
    `${toReleased}, >Return 1 return-asked, <ReturnAnswer/refused 1 released, >Return 1 return-asked`,
  ),
  walk(
    'recall-crosses-return',
    'holding',
    'LX-142',
    'both want the same',
    `${toReleased}, >Return 1 return-asked, <Recall 1 return-asked, >RecallAnswer/agreed 1 returned, <ReturnAnswer/agreed 1 returned`,
  ),
  walk(
    'return-crosses-recall',
    'offering',
    'LX-142',
    'both want the same',
    `${fromReleased}, >Recall 1 recall-asked, <Return 1 return-asked, <RecallAnswer/agreed 1 returned`,
  ),
  walk(
    'answer-to-nothing',
    'holding',
    'LX-144',
    'nobody asked',
    `${toReleased}, <ReturnAnswer/refused 1 illegal-transition`,
  ),
  walk(
    'erased',
    'holding',
    'LX-151',
    'after the erasure nothing is left to talk about',
    `${toReleased}, <Erasure 1 released, >ErasureStatus/pending 1 released, >ErasureStatus/done 1 erased, <Update 1 erased, >ErasureStatus/done 1 erased`,
  ),
  walk(
    'erasure-refused',
    'offering',
    'LX-151',
    'a legal duty keeps the data',
    `${fromReleased}, >Erasure 1 released, <ErasureStatus/refused 1 released, <Status 1 released`,
  ),
  walk(
    'erasure-of-what-was-shown',
    'holding',
    'LX-092',
    'also in an old round',
    '<Offer 1 offered, <NoLongerAvailable 1 closed, <Offer 2 offered, <Erasure 1 offered, >ErasureStatus/offer-deleted 2 offered',
  ),
  walk(
    'erasure-of-nothing',
    'holding',
    'LX-100',
    'no conversation, nothing to delete',
    '<Erasure 1 illegal-transition',
  ),
  walk(
    'access-after-erasure',
    'offering',
    'LX-151',
    'a report stays possible',
    `${fromReleased}, <ErasureStatus/done 1 erased, >AccessRequest 1 erased, <AccessReport 1 erased, >Offer 2 erased`,
  ),
];
