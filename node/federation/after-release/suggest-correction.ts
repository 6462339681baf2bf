import { isDeepStrictEqual } from 'node:util';
import { getField, pickFields, setField, type Header, type Lead } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { changeFields } from '../../leads/change-fields.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import type { LeadActor } from '../../leads/history.ts';
import { getLead } from '../../leads/store.ts';
import { contactPaths } from './contact-paths.ts';
import { findConversation, updateConversation, type Conversation } from '../store/conversations.ts';
import type { Peer } from '../store/peers.ts';
import { closeQuestion, insertQuestion, listOpenIn, type Correction, type Question } from '../store/questions.ts';
import { digestFields, retold, type ToldFields } from './told-fields.ts';
import { tellPeople } from '../feedback/tell-people.ts';

interface Suggestion {
  readonly peer: Peer;
  readonly update: Correction;
  readonly header: Header;
  readonly digest: string;
}

/**
 * A holder says that contact data is different: our people decide whether our own lead is to say so. What is suggested later
 * joins what still waits for a decision.
 */
export async function suggestCorrection(
  tx: Tx,
  conversation: Conversation,
  { peer, update, header, digest }: Suggestion,
): Promise<void> {
  const { leadId, peerId, conversationId } = conversation;
  const askedBy: LeadActor = { kind: 'peer', id: peerId, name: peer.name };
  const waiting = (await listOpenIn(tx, conversation)).filter(({ kind }) => kind === 'correction');
  const { document } = await getLead(tx, leadId);
  const joined = [...waiting.flatMap(({ content }) => content ?? []), update].reduce(join);
  const fields = joined.fields.filter(
    (path) => contactPaths.includes(path) && !isDeepStrictEqual(getField(joined.lead, path), getField(document, path)),
  );
  for (const { id } of waiting) await closeQuestion(tx, id, { state: 'void', by: askedBy });
  if (fields.length === 0) return;
  const content = { fields, lead: pickFields(joined.lead, fields) };
  const asked = {
    id: tx.ids.make('question'),
    leadId,
    peerId,
    conversationId,
    kind: 'correction',
    ours: false,
  } as const;
  const message = { messageId: header.messageId, digest, reason: 'correction', text: null, answerBy: null };
  await insertQuestion(tx, { ...asked, ...message, content, askedBy, askedAt: tx.clock.now() });
  await tellHistory(tx, leadId, 'suggest', { actor: askedBy, fields });
  await tellPeople(tx, { leadId, peerId, topic: 'suggested' });
}

function join(earlier: Correction, later: Correction): Correction {
  let lead: Lead = earlier.lead;
  for (const path of later.fields) lead = setField(lead, path, getField(later.lead, path));
  return { fields: [...new Set([...earlier.fields, ...later.fields])], lead };
}

/** A person takes the suggested values over; the holder has them already and is not told. */
export async function acceptCorrection(tx: Tx, question: Question, actor: LeadActor): Promise<void> {
  const { content, leadId } = question;
  if (!content) throw conflict('question-over', 'This was settled meanwhile; look again.');
  const values = new Map(content.fields.map((path) => [path, getField(content.lead, path)]));
  await changeFields(tx, leadId, { values, actor, reason: 'correction' });
  const conversation = await findConversation(tx, question);
  if (!conversation) return;
  const now = digestFields(conversation, (await getLead(tx, leadId)).document);
  const told = retold(JSON.parse(conversation.told ?? '{}') as ToldFields, now, content.fields);
  await updateConversation(tx, conversation, { told: JSON.stringify(told) });
}
