import { makeApiClient, type ApiClient } from '../api-client.ts';
import { take, type Customer } from './customers.ts';
import { adfMail, apiLead, contactMail, formAnswers, leadAdsList } from './doors.ts';

/** How many leads go through which door. */
export interface FeedPlan {
  list: number;
  adf: number;
  contact: number;
  form: number;
  api: number;
}

export interface Feeder {
  url: string;
  administrator: ApiClient;
  stream: Generator<Customer, never>;
  print: (line: string) => void;
  /** Runs on over restarts, so that no mail or order number comes twice. */
  nextNumber: () => number;
}

const formSlug = 'quote';

/** The vendor's hosted form; made once. */
export async function makeForm(administrator: ApiClient): Promise<void> {
  const fields = [
    { name: 'first_name', label: 'First name', field: 'contact.givenName', required: true },
    { name: 'last_name', label: 'Last name', field: 'contact.familyName', required: true },
    { name: 'email', label: 'E-mail', field: 'contact.emails', input: 'email', required: true },
    { name: 'phone', label: 'Phone', field: 'contact.phones', input: 'tel' },
    { name: 'company', label: 'Company', field: 'account.name' },
    { name: 'city', label: 'City', field: 'contact.address.city' },
    { name: 'country', label: 'Country', field: 'contact.address.country' },
    { name: 'message', label: 'What can we do for you?', field: 'interest.comments', input: 'textarea' },
  ];
  const definition = {
    title: 'Ask for a quote',
    intro: 'Tell us what you need. A colleague near you will answer.',
    campaign: 'Web site',
    thanks: 'Thank you. A colleague near you will call within a day.',
    fields,
  };
  await administrator.send('PUT', `/api/forms/${formSlug}`, { definition });
}

interface ImportedList {
  state: 'running' | 'done';
  accepted: number;
}

/** Uploads an advertiser's export and waits until every row became a lead; returns how many did. */
async function feedList({ administrator, stream, print }: Feeder, count: number): Promise<number> {
  if (count === 0) return 0;
  const bytes = leadAdsList(take(stream, count));
  const query = new URLSearchParams({ provider: 'Lead ads', fileName: 'leads-2026-09.csv' });
  const { id } = await administrator.upload<{ id: string }>(`/api/lists?${query.toString()}`, {
    contentType: 'text/csv',
    bytes,
  });
  print(
    `           list      ${String(count)} leads of an advertiser's export, UTF-16 with tabs, ${String(bytes.length)} bytes`,
  );
  for (;;) {
    const list = await administrator.get<ImportedList>(`/api/lists/${id}`);
    if (list.state === 'done') return list.accepted;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A mail as the mail server hands it over; returns how many leads it held. */
async function feedMail({ administrator }: Feeder, bytes: Buffer): Promise<number> {
  const { leadIds } = await administrator.upload<{ leadIds: string[] }>('/api/mail', {
    contentType: 'message/rfc822',
    bytes,
  });
  return leadIds.length;
}

/** What a browser posts when a visitor sends the hosted form. */
async function feedForm({ url }: Feeder, person: Customer): Promise<number> {
  const page = await (await fetch(new URL(`/forms/${formSlug}?utm_source=newsletter&utm_campaign=spring`, url))).text();
  const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  const answers: Record<string, string> = formAnswers(person);
  for (const [, name = '', value = ''] of hidden) answers[name] = value;
  // The form takes nobody for a person who is done within two seconds.
  await new Promise((resolve) => setTimeout(resolve, 2_300));
  const response = await fetch(new URL(`/forms/${formSlug}`, url), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(answers).toString(),
    redirect: 'manual',
  });
  if (response.status >= 400) throw new Error(`The form answered ${String(response.status)}.`);
  return 1;
}

/** A post of another application, with the key that makes a repetition harmless. */
export async function feedApi({ url }: Feeder, token: string, person: Customer, key: string): Promise<string> {
  const client = makeApiClient(url, token, { 'idempotency-key': key });
  const { id } = await client.send<{ id: string }>('POST', '/api/leads', { lead: apiLead(person) });
  return id;
}

/** Sends a plan's leads through the real doors, the doors side by side; returns how many leads were accepted. */
export async function feedAll(feeder: Feeder, token: string, plan: FeedPlan): Promise<number> {
  const people = (count: number) => take(feeder.stream, count);
  const each = async (count: number, send: (person: Customer) => Promise<unknown>) => {
    for (const person of people(count)) await send(person);
    return count;
  };
  const counts = await Promise.all([
    feedList(feeder, plan.list),
    each(plan.adf, (person) => feedMail(feeder, adfMail(person, feeder.nextNumber()))),
    each(plan.contact, (person) => feedMail(feeder, contactMail(person, feeder.nextNumber()))),
    each(plan.form, (person) => feedForm(feeder, person)),
    each(plan.api, (person) => feedApi(feeder, token, person, `demo-${String(feeder.nextNumber())}`)),
  ]);
  return counts.reduce((sum, count) => sum + count, 0);
}
