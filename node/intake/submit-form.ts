import { createHash } from 'node:crypto';
import { transact, type Context } from '../kernel/context.ts';
import { withIdempotency } from '../kernel/idempotency.ts';
import { receiveLead } from '../leads/receive-lead.ts';
import { openedName, trapName, type FormDefinition } from './form.ts';
import { readOpened } from './form-token.ts';
import { readFormPost } from './read-form-post.ts';

/** People take longer than this to fill in a form; robots don't. Milliseconds. */
const shortestVisit = 2_000;
/** A page open for longer gets a fresh token; its values stay. */
export const longestVisit = 24 * 3_600_000;

export interface FormPost {
  readonly slug: string;
  readonly definition: FormDefinition;
  /** The body as posted. */
  readonly body: Buffer;
  readonly values: ReadonlyMap<string, string>;
}

export type FormOutcome =
  | { readonly kind: 'received'; readonly leadId: string }
  /** `fresh`: the page needs a new proof of when it was opened. */
  | { readonly kind: 'errors'; readonly errors: ReadonlyMap<string, string>; readonly fresh: boolean };

const again = (message: string, fresh = false): FormOutcome => ({
  kind: 'errors',
  errors: new Map([['', message]]),
  fresh,
});

/** What robots do and people don't. A person who meets it can send again; nothing typed is lost. */
function suspect(ctx: Context, { slug, values }: FormPost): FormOutcome | undefined {
  if (values.get(trapName)) return again('Please leave the hidden field empty and send again.');
  const opened = readOpened(ctx.keys.secret, slug, values.get(openedName) ?? '');
  const age = opened && ctx.clock.now() - opened.at;
  if (age === undefined || age > longestVisit)
    return again('This page was open for too long. Please send it again.', true);
  return age < shortestVisit
    ? again('That was very quick. Please look over your entries and send them again.')
    : undefined;
}

/**
 * Turns a posted form into a lead, or says what is wrong with it. The same page posted twice with the same content is one
 * lead.
 */
export async function submitForm(ctx: Context, post: FormPost): Promise<FormOutcome> {
  const stopped = suspect(ctx, post);
  if (stopped) return stopped;
  const reading = readFormPost(post.definition, post.values, new Date(ctx.clock.now()).toISOString());
  if (reading.kind === 'errors') return { ...reading, fresh: false };
  const digest = createHash('sha256').update(post.body).digest('base64url');
  return transact(ctx, (tx) =>
    withIdempotency(tx, { scope: `form:${post.slug}`, key: digest, digest }, async () => {
      const original = { mediaType: 'application/x-www-form-urlencoded', bytes: post.body };
      const leadId = await receiveLead(tx, { document: reading.document, origin: 'local', original });
      return { kind: 'received' as const, leadId };
    }),
  );
}
