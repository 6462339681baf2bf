import { checkLead, getField, leadFields, ProtocolError, setField, type Lead } from '../../protocol/index.ts';
import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../kernel/context.ts';
import { CodedError, conflict } from '../kernel/errors.ts';
import { intend } from '../kernel/jobs.ts';
import { tellHistory } from './change-lead.ts';
import type { LeadActor } from './history.ts';
import { promoteFields } from './promote-fields.ts';
import { leadChanged, lockLead, replaceDocument, type StoredLead } from './store.ts';

interface FieldsChange {
  /** New values by field path; undefined takes a field away. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly actor: LeadActor;
  /** Why, as a code: `correction`, `addition`, `merge`. */
  readonly reason?: string | undefined;
  /** The version the change was made from; another one is refused with `lead-changed`. */
  readonly version?: number | undefined;
}

/**
 * Changes fields of a lead's document. History names the fields, never their values, and the partners that share the lead
 * are told as far as they may know (intent `update-to-peer`). Answers the paths that have another value now. Throws
 * `illegal-change` for a lead that is gone or not released to us, `lead-changed`, `unknown-field`, `schema`.
 */
export async function changeFields(
  tx: Tx,
  leadId: string,
  { values, actor, reason, version }: FieldsChange,
): Promise<string[]> {
  const lead = await lockLead(tx, leadId);
  if (version !== undefined && version !== lead.version) throw leadChanged();
  if (!isEditable(lead)) throw whyNotOurs(lead);
  const document = withValues(lead.document, values);
  const fields = changedPaths(lead.document, document);
  if (fields.length === 0) return [];
  const { hiddenFields, maskedFields, version: seen } = lead;
  await replaceDocument(tx, leadId, { document, promoted: promoteFields(document), hiddenFields, maskedFields, seen });
  const historyId = await tellHistory(tx, leadId, 'edit', { actor, fields, ...(reason !== undefined && { reason }) });
  await intend(tx, { kind: 'update-to-peer', payload: { leadId, reason, fields }, key: `update-to-peer:${historyId}` });
  return fields;
}

type Standing = Pick<StoredLead, 'state' | 'origin' | 'releasedAt' | 'erasedAt'>;
const isGone = ({ state, erasedAt }: Standing) => state === 'withdrawn' || erasedAt !== null;

/** Whether fields of a lead can be changed here at all. */
export const isEditable = (lead: Standing): boolean =>
  !isGone(lead) && (lead.origin === 'local' || lead.releasedAt !== null);

const whyNotOurs = (lead: Standing): CodedError =>
  isGone(lead)
    ? conflict('illegal-change', 'This lead is gone; nothing of it can be changed.')
    : conflict('illegal-change', 'The partner has not released this lead; only then can it be changed here.');

/** A document with other values, checked. Throws `unknown-field`, `schema`. */
export function withValues(document: Lead, values: ReadonlyMap<string, unknown>): Lead {
  try {
    let changed = document;
    for (const [path, value] of values) changed = setField(changed, path, value);
    return checkLead(changed);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const path = error.path ? `lead.${error.path}` : 'lead';
    const code = error.code === 'unknown-field' ? error.code : 'schema';
    throw new CodedError(code, 422, code === 'schema' ? `${path} ${error.detail}` : error.detail, { path });
  }
}

/** The paths of `leadFields` in which two documents differ. */
function changedPaths(before: Lead, after: Lead): string[] {
  return leadFields
    .map(({ path }) => path)
    .filter((path) => !isDeepStrictEqual(getField(before, path), getField(after, path)));
}
