import { z } from 'zod';
import { transact, type Context } from '../kernel/context.ts';
import { notFound } from '../kernel/errors.ts';
import { pageOf, pageQuery } from '../kernel/paging.ts';
import { reply, route, type Reply, type Route } from '../kernel/routes.ts';
import { changeForm } from './change-form.ts';
import { formDefinition, slugPattern, trackedNames, type FormDefinition } from './form.ts';
import { embedScript, formPage, formPolicy, thanksPage } from './form-page.ts';
import { signOpened } from './form-token.ts';
import { getForm, listForms, type StoredForm } from './store.ts';
import { submitForm } from './submit-form.ts';

const slug = z.object({ slug: z.string().regex(slugPattern, 'is not a short name such as contact-us') });
const anyQuery = z.record(z.string(), z.unknown());

async function getActive(ctx: Context, name: string): Promise<StoredForm> {
  const form = await getForm(ctx, name);
  if (!form.active) throw notFound('form');
  return form;
}

const showPage = (definition: FormDefinition, body: string, status = 200): Reply =>
  reply({
    contentType: 'text/html; charset=utf-8',
    body,
    status,
    headers: {
      'content-security-policy': formPolicy(definition),
      'referrer-policy': 'strict-origin-when-cross-origin',
    },
  });

const freshToken = (ctx: Context, name: string): string =>
  signOpened(ctx.keys.secret, { slug: name, at: ctx.clock.now(), nonce: ctx.ids.random(12).toString('base64url') });

/** What the visit brings along: parameters of the address, else the page before and this one. */
function valuesOfVisit(ctx: Context, name: string, query: Readonly<Record<string, unknown>>, referrer?: string) {
  const known = Object.entries(query).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].length <= 2000,
  );
  const values = new Map(known);
  const own = new URL(`/forms/${name}`, ctx.config.publicUrl);
  const tracked = trackedNames.filter((key) => values.has(key) && key !== 'referrer' && key !== 'landing_page');
  for (const key of tracked) own.searchParams.set(key, values.get(key) ?? '');
  if (!values.has('landing_page')) values.set('landing_page', own.href);
  if (!values.has('referrer') && referrer && !referrer.startsWith(own.origin)) values.set('referrer', referrer);
  return values;
}

const show = route({
  method: 'GET',
  path: '/forms/:slug',
  access: 'public',
  summary: 'Page of a hosted form; UTM parameters, click ids and field values in the address are kept',
  params: slug,
  query: anyQuery,
  async handler(ctx, { params, query, headers }) {
    const { definition } = await getActive(ctx, params.slug);
    const values = valuesOfVisit(ctx, params.slug, query, headers.referer);
    return showPage(
      definition,
      formPage(params.slug, definition, { values, errors: new Map(), token: freshToken(ctx, params.slug) }),
    );
  },
});

/** Where the visitor goes afterwards: a page of the form's own list, never one that only the request names. */
function thanksUrl(name: string, { thanksUrls }: FormDefinition, wanted: string | undefined): string {
  const listed = thanksUrls.find((url) => url === wanted) ?? thanksUrls[0];
  return listed ?? `/forms/${name}/thanks`;
}

const post = route({
  method: 'POST',
  path: '/forms/:slug',
  access: 'public',
  perMinute: 60,
  summary: 'Sends a hosted form; the page again, with the errors at the fields, when something is wrong',
  params: slug,
  query: anyQuery,
  body: 'raw',
  consumes: ['application/x-www-form-urlencoded'],
  maxBytes: 128 * 1024,
  async handler(ctx, { params, body }) {
    const { definition } = await getActive(ctx, params.slug);
    const values = new Map(new URLSearchParams(body.toString('utf8')));
    const outcome = await submitForm(ctx, { slug: params.slug, definition, body, values });
    if (outcome.kind === 'received')
      return reply({ status: 303, headers: { location: thanksUrl(params.slug, definition, values.get('thanks')) } });
    const token = outcome.fresh ? freshToken(ctx, params.slug) : (values.get('opened') ?? '');
    return showPage(definition, formPage(params.slug, definition, { values, errors: outcome.errors, token }), 422);
  },
});

const thanks = route({
  method: 'GET',
  path: '/forms/:slug/thanks',
  access: 'public',
  summary: 'What a visitor sees after sending a form',
  params: slug,
  query: anyQuery,
  async handler(ctx, { params }) {
    const { definition } = await getActive(ctx, params.slug);
    return showPage(definition, thanksPage(definition));
  },
});

const embed = route({
  method: 'GET',
  path: '/forms/embed.js',
  access: 'public',
  summary: 'Script that shows a form in a frame of another site',
  handler: () =>
    reply({
      contentType: 'text/javascript; charset=utf-8',
      body: embedScript,
      headers: { 'cross-origin-resource-policy': 'cross-origin', 'cache-control': 'public, max-age=3600' },
    }),
});

const formView = z.object({
  slug: z.string(),
  active: z.boolean(),
  version: z.number(),
  updatedAt: z.string(),
  definition: formDefinition,
});
const viewOf = ({ slug: name, active, version, updatedAt, definition }: StoredForm) => ({
  slug: name,
  active,
  version,
  updatedAt: new Date(updatedAt).toISOString(),
  definition,
});

const list = route({
  method: 'GET',
  path: '/api/forms',
  access: ['administrator', 'manager'],
  summary: 'Hosted forms',
  query: z.object(pageQuery),
  reply: pageOf(formView),
  async handler(ctx, { query }) {
    const { items, ...next } = await listForms(ctx, query);
    return { items: items.map(viewOf), ...next };
  },
});

const save = route({
  method: 'PUT',
  path: '/api/forms/:slug',
  access: ['administrator', 'manager'],
  summary: 'Makes or changes a hosted form',
  params: slug,
  body: z.object({ active: z.boolean().default(true), definition: formDefinition }),
  reply: formView,
  async handler(ctx, { params, body, actor }) {
    await transact(ctx, (tx) => changeForm(tx, params.slug, { ...body, by: actor.userId }));
    return viewOf(await getForm(ctx, params.slug));
  },
});

export const formRoutes: Route[] = [show, post, thanks, embed, list, save];
