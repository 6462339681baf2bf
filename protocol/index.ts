/** The only door of this package. */
export type * from './generated.ts';
export {
  agreementSides,
  agreementSteps,
  amountFeedbacks,
  answerOutcomes,
  closeReasons,
  consentStates,
  contactChannels,
  dispositions,
  emailKinds,
  erasureOutcomes,
  erasureReasons,
  fieldGroups,
  fieldHandlings,
  fieldTypes,
  interestLevels,
  keyAlgorithms,
  leadFields,
  messageTypes,
  offerModes,
  onwardRules,
  phoneKinds,
  problemCodes,
  recallReasons,
  rejectReasons,
  returnReasons,
  schemaDigests,
  sourceKinds,
  updateReasons,
} from './generated.ts';
export { checkProof } from './proof.ts';
export { levels, messageTable, type Level, type MessageRule } from './message-table.ts';

export { ProtocolError, type ProvenSender } from './errors.ts';
export { limits } from './gate.ts';
export { checkLead, getField, groupValue, omitFields, pickFields, readLead, setField, writeLead } from './lead.ts';

export {
  exportSigningKey,
  fingerprint,
  kidOf,
  loadSigningKey,
  makeSigningKey,
  verificationKey,
  type SigningKey,
  type VerificationKey,
} from './keys.ts';
export { isOfType, open, seal, type Opened, type Sealed } from './envelope.ts';
export type { FindKey } from './signed-document.ts';
export { openWithXmlCrypto } from './witness.ts';
export {
  checkHeader,
  clockSkewMs,
  longestLifeMs,
  longestPullMs,
  makeHeader,
  makeMessageId,
  type HeaderFacts,
} from './header.ts';
export { isRetryable, problemFor, problemStatus, receiptFor, type Answered, type Answering } from './reply.ts';

export {
  checkOpenings,
  commit,
  makeCommitments,
  makeOpenings,
  type CommitmentContext,
  type CommittedValue,
} from './commitment.ts';
export {
  advance,
  conversationStates,
  nextState,
  outcomeOf,
  transitions,
  type ConversationEvent,
  type ConversationPoint,
  type ConversationState,
  type Direction,
  type Outcome,
  type Side,
  type Transition,
} from './conversation.ts';

export {
  answerOf,
  capabilitiesPath,
  capabilitiesRequest,
  deliveryRequest,
  endpointPath,
  mediaType,
  readCapabilities,
  readDeliveryResponse,
  type DeliveryAnswer,
  type IncomingResponse,
  type OutgoingRequest,
  type Sent,
} from './client.ts';
export {
  invitationFormat,
  makeInvitation,
  readInvitation,
  writeInvitation,
  type Invitation,
  type Inviter,
} from './invitation.ts';
export { isNodeId } from './node-id.ts';
export { batchRequest, readBatchResponse, readPullResponse, type BatchRequest } from './batch-client.ts';
export { batchLimits, batchMediaType, batchPrefixBytes, countFitting, readBatch, writeBatch } from './batch.ts';
export { checkRollover, makeRolloverProof, shortestOverlapMs, type RolloverFacts } from './rollover.ts';
export { hasPassed, makeHops, mostHops } from './hops.ts';
export { checkpointText, isCheckpointOf } from './checkpoint.ts';
