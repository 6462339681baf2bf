import { Script } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../node/cli/api-client.ts';
import { longestVisit } from '../../node/intake/submit-form.ts';
import type { Lead } from '../../protocol/index.ts';
import { startNetwork, type TestNetwork, type TestNode } from '../support/network.ts';

let network: TestNetwork;
let node: TestNode;
const definition = {
  title: 'Ask <us>',
  intro: 'We answer & call back.',
  campaign: 'Spring',
  defaultCountry: 'DE',
  thanks: 'Thanks a lot.',
  thanksUrls: ['https://shop.example/thanks', 'https://shop.example/other'],
  embedOn: ['https://shop.example'],
  fields: [
    { name: 'who', label: 'Your name', field: 'contact.fullName', required: true },
    { name: 'mail', label: 'E-mail', field: 'contact.emails', input: 'email' },
    { name: 'phone', label: 'Phone', field: 'contact.phones', input: 'tel', help: 'With area code' },
    { name: 'what', label: 'Product', field: 'interest.products', input: 'select', options: ['Engine', 'Wheel'] },
    { name: 'roof', label: 'Roof area' },
    { name: 'text', label: 'Message', field: 'interest.comments', input: 'textarea' },
    { name: 'ok', label: 'You may call me.', field: 'consents#contact', input: 'checkbox' },
  ],
};

beforeAll(async () => {
  network = await startNetwork({ nodes: ['vendor'] });
  node = network.node('vendor');
  await node.administrator.api.send('PUT', '/api/forms/ask-us', { definition });
});
afterAll(() => network[Symbol.asyncDispose]());

const open = async (query = '', headers: Record<string, string> = {}) =>
  (await fetch(`${node.url}/forms/ask-us${query}`, { headers })).text();
const hiddenOf = (page: string): Record<string, string> =>
  Object.fromEntries(
    [...page.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']): [string, string] => [name, value.replaceAll('&amp;', '&')],
    ),
  );
const post = (values: Record<string, string>) =>
  fetch(`${node.url}/forms/ask-us`, { method: 'POST', redirect: 'manual', body: new URLSearchParams(values) });
/** A page opened long enough ago. */
async function visit(query = '', headers: Record<string, string> = {}) {
  const hidden = hiddenOf(await open(query, headers));
  network.clock.advance('30s');
  return hidden;
}
const leads = async (q: string) => {
  const { items } = await node.administrator.api.get<{ items: { id: string }[] }>(
    `/api/leads?q=${encodeURIComponent(q)}`,
  );
  return Promise.all(
    items.map(async ({ id }) => (await node.administrator.api.get<{ document: Lead }>(`/api/leads/${id}`)).document),
  );
};

describe('the page of a form', () => {
  it('has a label for every field, escapes what it shows, and needs neither script nor inline style', async () => {
    const page = await open('?who=%22%3E%3Cscript%3E');
    expect(page).toContain('<h1>Ask &lt;us&gt;</h1>');
    for (const { name, label } of definition.fields) {
      expect(page).toMatch(new RegExp(`<label for="${name}">[\\s\\S]*?${label}`));
      expect(page).toContain(`id="${name}"`);
    }
    expect(page).toContain('value="&quot;&gt;&lt;script&gt;"');
    expect(page).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
    expect(page).toContain('name="viewport"');
    expect(page).toContain('aria-describedby="phone-help"');
  });

  it('may be framed by its own sites only, and send to its own pages only', async () => {
    const policy = (await fetch(`${node.url}/forms/ask-us`)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("frame-ancestors 'self' https://shop.example");
    expect(policy).toContain("form-action 'self' https://shop.example");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('is not there when it was never made, or is switched off', async () => {
    expect((await fetch(`${node.url}/forms/nope`)).status).toBe(404);
    await node.administrator.api.send('PUT', '/api/forms/off', { definition, active: false });
    expect((await fetch(`${node.url}/forms/off`)).status).toBe(404);
    const posted = await fetch(`${node.url}/forms/off`, { method: 'POST', body: new URLSearchParams({}) });
    expect(posted.status).toBe(404);
  });

  it('comes with a script for other sites', async () => {
    const response = await fetch(`${node.url}/forms/embed.js`);
    expect(response.headers.get('content-type')).toContain('text/javascript');
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    const script = await response.text();
    expect(() => new Script(script)).not.toThrow();
    expect(script).toContain("createElement('iframe')");
  });
});

describe('sending a form', () => {
  it('makes a lead with consent, campaign and where the visitor came from, and leads to the thank-you page', async () => {
    const hidden = await visit(
      '?utm_source=news&utm_campaign=May&gclid=g1&referrer=https%3A%2F%2Fsearch.example%2F%3Fq%3D1&landing_page=https%3A%2F%2Fshop.example%2Fa',
    );
    const response = await post({
      ...hidden,
      who: 'Jörg',
      mail: 'Joerg@S.example',
      phone: '030 901820',
      what: 'Wheel',
      roof: '0044',
      text: 'Line 1\r\nLine 2',
      ok: 'yes',
    });
    expect([response.status, response.headers.get('location')]).toEqual([303, 'https://shop.example/thanks']);
    const [document] = await leads('joerg@s.example');
    const receivedAt = new Date(network.clock.now()).toISOString();
    expect(document).toEqual({
      createdAt: receivedAt,
      contact: { fullName: 'Jörg', emails: [{ value: 'joerg@s.example' }], phones: [{ value: '+4930901820' }] },
      interest: { products: [{ name: 'Wheel' }], comments: 'Line 1\nLine 2' },
      consents: [{ purpose: 'contact', state: 'granted', at: receivedAt, wording: 'You may call me.' }],
      source: {
        kind: 'web-form',
        name: 'Ask <us>',
        campaign: 'May',
        utm: { source: 'news', campaign: 'May' },
        clickIds: [{ kind: 'gclid', value: 'g1' }],
        referrer: 'https://search.example/?q=1',
        landingPage: 'https://shop.example/a',
      },
      fields: [{ name: 'Roof area', type: 'text', value: '0044' }],
    });
  });

  it('notes the page before and itself when the address tells nothing', async () => {
    const hidden = await visit('?gclid=abc', { referer: 'https://blog.example/post' });
    await post({ ...hidden, who: 'Ref', mail: 'ref@s.example' });
    const [document] = await leads('ref@s.example');
    expect(document?.source).toMatchObject({
      referrer: 'https://blog.example/post',
      landingPage: `${node.url}/forms/ask-us?gclid=abc`,
      campaign: 'Spring',
    });
    expect(document?.consents).toBeUndefined();
  });

  it('twice, by a double click, is one lead', async () => {
    const values = { ...(await visit()), who: 'Twice', mail: 'twice@s.example' };
    const answers = await Promise.all([post(values), post(values)]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect(await leads('twice@s.example')).toHaveLength(1);
  });

  it('leads to another page only if it is one of the form', async () => {
    const values = { ...(await visit()), who: 'T', mail: 't1@s.example' };
    const listed = await post({ ...values, thanks: 'https://shop.example/other' });
    expect(listed.headers.get('location')).toBe('https://shop.example/other');
    const foreign = await post({ ...values, mail: 't2@s.example', thanks: 'https://evil.example/' });
    expect(foreign.headers.get('location')).toBe('https://shop.example/thanks');
  });

  it.each([
    ['who', { mail: 'e1@s.example' }, 'Please fill this in.'],
    ['mail', { who: 'A', mail: 'nonsense' }, 'This is not an e-mail address.'],
    ['phone', { who: 'A', phone: 'abc' }, 'This is not a phone number.'],
    ['what', { who: 'A', mail: 'e2@s.example', what: 'Rocket' }, 'Please choose one of the options.'],
    ['who', { who: 'bell \u0007', mail: 'e3@s.example' }, 'This holds signs or is longer than we can take.'],
    ['', { who: 'A' }, 'Please tell us how we can reach you.'],
  ])('shows the page again with the error at %s', async (name, values, message) => {
    const response = await post({ ...(await visit('?utm_source=kept')), text: 'do not lose me', ...values });
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain('role="alert"');
    expect(page).toContain(message);
    if (name) expect(page).toContain(`id="${name}-error"`);
    expect(page).toContain('do not lose me');
    expect(hiddenOf(page)['utm_source']).toBe('kept');
    expect(await leads('e1@s.example')).toEqual([]);
  });

  it('is stopped for robots, and a person can send again', async () => {
    const hidden = hiddenOf(await open());
    const values = { ...hidden, who: 'Fast', mail: 'fast@s.example' };
    const early = await post(values);
    expect(early.status).toBe(422);
    network.clock.advance('5s');
    expect((await post({ ...values, homepage: 'https://spam.example' })).status).toBe(422);
    expect((await post({ ...values, opened: `${hidden['opened']}x` })).status).toBe(422);
    expect((await post({ ...values, opened: '' })).status).toBe(422);
    expect(await leads('fast@s.example')).toEqual([]);
    expect((await post({ ...values, ...hiddenOf(await early.text()) })).status).toBe(303);
  });

  it('from a page left open for too long gets a fresh one with the same values', async () => {
    const hidden = await visit();
    network.clock.advance(longestVisit);
    const stale = await post({ ...hidden, who: 'Late', mail: 'late@s.example' });
    expect(stale.status).toBe(422);
    const page = await stale.text();
    expect(page).toContain('value="Late"');
    network.clock.advance('5s');
    expect((await post({ ...hiddenOf(page), who: 'Late', mail: 'late@s.example' })).status).toBe(303);
  });

  it('is refused in another format', async () => {
    const response = await fetch(`${node.url}/forms/ask-us`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(response.status).toBe(415);
  });
});

describe('making forms', () => {
  const refusalOf = async (change: Record<string, unknown>, slug = 'x') => {
    const error = await node.administrator.api
      .send('PUT', `/api/forms/${slug}`, { definition: { ...definition, ...change } })
      .catch((reason: unknown) => reason);
    return error instanceof ApiError ? error.code : 'accepted';
  };

  it.each([
    [{ fields: [] }],
    [{ fields: [{ name: 'Bad Name', label: 'x' }] }],
    [{ fields: [{ name: 'homepage', label: 'x' }] }],
    [{ fields: [{ name: 'a', label: 'x', field: 'contact.nothing' }] }],
    [{ fields: [{ name: 'a', label: 'x', field: 'toString' }] }],
    [{ fields: [{ name: 'a', label: 'x', input: 'select' }] }],
    [
      {
        fields: [
          { name: 'a', label: 'x' },
          { name: 'a', label: 'y' },
        ],
      },
    ],
    [{ thanksUrls: ['javascript:alert(1)'] }],
    [{ embedOn: ['https://a.example; script-src *'] }],
    [{ unknown: 1 }],
  ])('refuses %j', async (change) => {
    expect(await refusalOf(change)).toBe('invalid');
  });

  it('refuses a name that is no part of an address', async () => {
    expect(await refusalOf({}, 'Not%20A%20Slug')).toBe('invalid');
  });

  it('lists them', async () => {
    const { items } = await node.administrator.api.get<{ items: { slug: string }[] }>('/api/forms');
    expect(items.map(({ slug }) => slug)).toContain('ask-us');
  });
});
