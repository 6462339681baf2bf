import type { MessageType } from './generated.ts';

/** What a node may announce; a message belongs to one level. Core is what every node speaks. */
export const levels = ['Core', 'Withhold', 'Update', 'Privacy', 'Agreement', 'Pull', 'Batch', 'Audit'] as const;
export type Level = (typeof levels)[number];

/** What holds for every message of a type besides its place in the state machine of a conversation. */
export interface MessageRule {
  readonly level: Level;
  /** It belongs to a conversation: the header has Conversation, Round and Seq, and may have Agreement with its digest. */
  readonly conversation: boolean;
  /** It answers another message: the header has InReplyTo. */
  readonly answers: boolean;
  /** It may hold personal data, so the header has Blind and the digest hides the content. */
  readonly blind: boolean;
  /** What carries its receipt: the HTTP answer, or nothing, because it is one itself. Whoever pulls says it with the next Pull. */
  readonly receipt: 'http-answer' | 'none';
}

const inConversation = { conversation: true, answers: false, blind: false, receipt: 'http-answer' } as const;
const betweenNodes = { conversation: false, answers: false, blind: false, receipt: 'http-answer' } as const;
const signedAnswer = { level: 'Core', conversation: false, answers: true, blind: false, receipt: 'none' } as const;

/** The table of messages: reader, specification and checks go by it. */
export const messageTable: Readonly<Record<MessageType, MessageRule>> = {
  Capabilities: { ...betweenNodes, level: 'Core' },
  Offer: { ...inConversation, level: 'Core', blind: true },
  Accept: { ...inConversation, level: 'Core' },
  Reject: { ...inConversation, level: 'Core', blind: true },
  Award: { ...inConversation, level: 'Core' },
  NoLongerAvailable: { ...inConversation, level: 'Core' },
  Release: { ...inConversation, level: 'Core', blind: true },
  Status: { ...inConversation, level: 'Core', blind: true },
  Receipt: signedAnswer,
  Problem: signedAnswer,
  Update: { ...inConversation, level: 'Update', blind: true },
  Recall: { ...inConversation, level: 'Update', blind: true },
  RecallAnswer: { ...inConversation, level: 'Update', answers: true, blind: true },
  Return: { ...inConversation, level: 'Update', blind: true },
  ReturnAnswer: { ...inConversation, level: 'Update', answers: true, blind: true },
  Erasure: { ...inConversation, level: 'Privacy', blind: true },
  ErasureStatus: { ...inConversation, level: 'Privacy', answers: true, blind: true },
  ConsentChange: { ...inConversation, level: 'Privacy', blind: true },
  AccessRequest: { ...inConversation, level: 'Privacy', blind: true },
  AccessReport: { ...inConversation, level: 'Privacy', answers: true, blind: true },
  Agreement: { ...betweenNodes, level: 'Agreement' },
  KeyRollover: { ...betweenNodes, level: 'Agreement' },
  Pull: { ...betweenNodes, level: 'Pull' },
  States: { ...betweenNodes, level: 'Audit' },
};
