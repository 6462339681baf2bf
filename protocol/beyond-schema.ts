import type { JsonObject } from './check.ts';
import { fieldGroups, type MessageType } from './generated.ts';
import { messageTable } from './message-table.ts';
import { schemaError, type Where } from './where.ts';

const header: Where = { up: undefined, property: 'header' };
const body: Where = { up: undefined, property: 'body' };

/** What no schema can say of a message; see the heads of schemas/exchange.xsd and levels.xsd. Throws ProtocolError `schema`. */
export function checkBeyondSchema(type: MessageType, head: JsonObject, inside: JsonObject): void {
  if (head['type'] !== type) throw schemaError({ up: header, property: 'type' }, 'is not the name of the body');
  if (head['to'] === '*' && type !== 'Capabilities') {
    throw schemaError({ up: header, property: 'to' }, 'names everyone, which only Capabilities may');
  }
  for (const property of neededBy[type]) need(head, header, property);
  if (messageTable[type].conversation) {
    for (const property of ['round', 'seq']) {
      if (head[property] === 0) throw schemaError({ up: header, property }, 'counts from 1');
    }
  }
  if (head['agreement'] !== undefined) need(head, header, 'agreementDigest');
  if (head['agreementDigest'] !== undefined) need(head, header, 'agreement');
  if (type === 'Offer') checkGroups(inside['commitments']);
  if (type === 'Status' && inside['amount'] !== undefined && inside['amountBand'] !== undefined)
    throw schemaError({ up: body, property: 'amountBand' }, 'stands instead of the amount');
  if (type === 'Agreement') need(inside, body, inside['step'] === 'propose' ? 'terms' : 'proposal');
}

/** Commitments are for every field group or for none: which ones there are must tell nothing about the lead. */
function checkGroups(commitments: unknown): void {
  if (commitments === undefined) return;
  const groups = new Set((commitments as readonly { group: string }[]).map(({ group }) => group));
  if (groups.size !== fieldGroups.length)
    throw schemaError({ up: body, property: 'commitments' }, 'are for all field groups or for none');
}

function need(object: JsonObject, up: Where, property: string): void {
  if (object[property] === undefined) throw schemaError({ up, property }, 'is needed in this message');
}

const neededBy = Object.fromEntries(
  Object.entries(messageTable).map(([type, { conversation, answers, blind }]) => [
    type,
    [
      ...(conversation ? ['conversation', 'round', 'seq'] : []),
      ...(answers ? ['inReplyTo'] : []),
      ...(blind ? ['blind'] : []),
    ],
  ]),
) as unknown as Readonly<Record<MessageType, readonly string[]>>;
