import { CodedError } from '../kernel/errors.ts';

/**
 * What the ledger tells, and of each fact the lines in their order. Never a value of a lead or a name of a person: ids, field
 * paths, digests.
 */
export const leafLines = {
  /**
   * Fields of a lead leave for a recipient (`peer:…`, `user:…`): written before the first byte does. `policy`: digest of the
   * policies that decided what; `agreement`: of the agreement it is sent under, with its purposes; `rule` and `trace`: which rule
   * chose this recipient, and the digest of the steps of that decision.
   */
  disclosure: [
    'recipient', 'lead', 'offer', 'offer-digest', 'conversation', 'round', 'seq', 'message', 'digest', 'stage', 'mode',
    'shown', 'masked', 'withheld', 'never', 'policy', 'commitments', 'agreement', 'purposes', 'rule', 'trace',
  ], // prettier-ignore
  /** A peer says that it has a message of ours, or that it refuses it; `answer` is the digest of what it signed, `log` its checkpoint. */
  'receipt-got': ['peer', 'message', 'type', 'digest', 'conversation', 'seq', 'answer', 'log'],
  'problem-got': ['peer', 'message', 'type', 'digest', 'conversation', 'seq', 'code', 'answer'],
  /** The same the other way round; `kid` is the key that signed the message. */
  'receipt-given': ['peer', 'message', 'type', 'digest', 'conversation', 'seq', 'kid', 'answer'],
  'problem-given': ['peer', 'message', 'type', 'digest', 'conversation', 'seq', 'kid', 'code', 'answer'],
  /** So many messages were refused since then that changed nothing here; without `peer`: nobody proved to have sent them. */
  'refusals-counted': ['peer', 'code', 'since', 'count'],
  /** A message of ours expired unanswered: the peer may have it, or not. */
  'message-dead': ['peer', 'message', 'type', 'digest', 'conversation', 'seq'],
  /** A person sent a message again that had not arrived, or was refused; `was`: its id then. */
  'message-replayed': ['peer', 'was', 'message', 'by'],
  /** A key of this node came into use. */
  'key-introduced': ['use', 'kid', 'key'],
  'user-created': ['user', 'role', 'manager', 'by'],
  'user-changed': ['user', 'changed', 'role', 'active', 'manager', 'by'],
  /** Ways in for whoever has them; a token may do less than its user. */
  'token-created': ['token', 'user', 'role', 'scopes', 'expires-at', 'by'],
  'token-revoked': ['token', 'user', 'by'],
  'sign-in-link-made': ['user', 'by'],
  'form-saved': ['form', 'version', 'active', 'digest', 'by'],
  'rules-set': ['box', 'version', 'count', 'digest', 'by'],
  'box-changed': ['box', 'change', 'parent', 'owner', 'closed', 'by'],
  /** What this node trusts another with; `change` names what was done. */
  'peer-changed': [
    'peer', 'change', 'role', 'kid', 'key', 'endpoint', 'range', 'port', 'was', 'person', 'by', 'fetches', 'agree-returns',
    'require-agreement',
  ], // prettier-ignore
  /** A step of an agreement that one side signed; `message`: of the document that says so, `by`: who said so here. */
  'agreement-step': [
    'peer', 'agreement', 'proposal', 'step', 'signed-by', 'message', 'digest', 'offers', 'valid-from', 'valid-until',
    'ends-at', 'by',
  ], // prettier-ignore
  /** Software without the protocol took a webhook of ours, or reported; `event` is its id, `digest` that of the body. */
  'webhook-taken': ['peer', 'message', 'type', 'digest'],
  'webhook-heard': ['peer', 'lead', 'event', 'digest', 'status', 'outcome'],
  /** New offers to a peer pause, or go on, because of what was agreed against harvesting. */
  'offers-paused': ['peer', 'change', 'reason', 'until', 'by'],
  /** Personal data of a lead was deleted, because the agreement it came under allows to keep it no longer. */
  'retention-ended': ['peer', 'lead', 'conversation', 'agreement-digest'],
  /** What this node saw of a lead that another got was deleted; the last line says until when it had to be. */
  'offer-deleted': ['peer', 'lead', 'conversation', 'round', 'agreement-digest', 'due-at'],
  /** A peer says the same of what we showed it. */
  'deletion-confirmed': ['peer', 'lead', 'conversation', 'round', 'message', 'digest'],
  /** All content of a lead was deleted here; by whose decision, and after which message. */
  'lead-erased': ['lead', 'reason', 'by', 'peer', 'conversation', 'message', 'digest'],
  /**
   * What a peer said became of an erasure; `onward`: node=outcome of those it had passed the lead to; `by`: who of ours heard it
   * say so.
   */
  'erasure-answered': ['peer', 'lead', 'conversation', 'message', 'digest', 'outcome', 'hold-until', 'onward', 'by'],
  /** A lead may not be deleted until then, or may be again. */
  'legal-hold': ['lead', 'until', 'by'],
  /** A person changed what their data may be used for; `peer`: who told us, if not our own people; `by`: who of them, or of ours. */
  'consent-changed': ['lead', 'peer', 'message', 'digest', 'do-not-contact', 'by'],
  /** A report of what is held of a lead, for the person it is about. */
  'access-reported': ['lead', 'peer', 'by'],
  /**
   * The data was put back to a backup with so many leaves; what its partners returned, and how the waiting for them ended;
   * `unable`: who can return nothing.
   */
  'node-restored': ['epoch', 'size'],
  'states-returned': ['peer', 'epoch', 'parts'],
  'state-adopted': ['peer', 'conversation', 'lead', 'theirs', 'ours', 'outcome'],
  'restoration-ended': ['epoch', 'missing', 'unable', 'reason', 'by'],
  /** An administrator took a lead from a partner that is gone; `reason`: the digest of what was said. */
  'lead-freed': ['peer', 'lead', 'conversation', 'reason', 'by'],
  /** A partner says that it was restored. */
  'peer-restored': ['peer', 'epoch'],
  /** A partner announced the key of its log; what it signed of that log contradicts what it signed before. */
  'peer-log-key': ['peer', 'key'],
  'peer-log-contradicts': ['peer', 'code', 'epoch', 'said', 'known'],
  'field-policy-set': ['recipient', 'target', 'stage', 'mode', 'condition', 'action', 'by'],
  /** What a partner is told of leads that came from it, and what is kept of what it tells: `setting=value`. */
  'feedback-policy-set': ['peer', 'tell', 'keep', 'bands', 'by'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type LeafKind = keyof typeof leafLines;

/** A line's value; a list is one line, its members apart by spaces. What is undefined, null or an empty list has none. */
type LeafValue = string | number | boolean | readonly string[] | null | undefined;
export type LeafFacts<K extends LeafKind> = { readonly [name in (typeof leafLines)[K][number]]?: LeafValue };

/** What every leaf begins with. */
export interface LeafHead<K extends LeafKind> {
  readonly kind: K;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly id: string;
  /** Whose ledger it is in. */
  readonly nodeId: string;
}

const longestLeaf = 4096;

/**
 * The text of a leaf: `key: value` lines that end in LF, ASCII only, at most 4 KiB. Throws `leaf-too-long`.
 */
export function writeLeaf<K extends LeafKind>({ kind, at, id, nodeId }: LeafHead<K>, facts: LeafFacts<K>): string {
  let text = `leadmesh-leaf: 1\nkind: ${kind}\nat: ${new Date(at).toISOString()}\nid: ${id}\nnode: ${nodeId}\n`;
  for (const name of leafLines[kind] as readonly (keyof LeafFacts<K> & string)[]) {
    const value = writeValue(facts[name]);
    if (value !== undefined) text += `${name}: ${value}\n`;
  }
  if (text.length > longestLeaf)
    throw new CodedError('leaf-too-long', 500, `A leaf of ${text.length} bytes is no leaf.`, { kind });
  return text;
}

function writeValue(value: LeafValue): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object') return escape(String(value));
  return value.length === 0 ? undefined : value.map(escape).join(' ');
}

/** The members of a list as `writeLeaf` wrote them. */
export const readMembers = (line: string): string[] => line.split(' ').map(decodeURIComponent);

/** Of a list as many members, from the first, as take no more than this many bytes of a leaf. */
export function fitMembers(members: readonly string[], bytes: number): string[] {
  let left = bytes + 1;
  return members.filter((member) => (left -= escape(member).length + 1) >= 0);
}

/** Everything that could end a line or a member of a list, and all that is not ASCII, as `%XX` of its UTF-8 bytes. */
const escape = (text: string): string =>
  text.replace(/[^A-Za-z0-9._:/+=,\-[\]*]+/g, (part) =>
    Array.from(Buffer.from(part, 'utf8'), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
