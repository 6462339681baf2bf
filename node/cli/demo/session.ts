import { makeApiClient, type ApiClient } from '../api-client.ts';

/** Somebody who works at a demo node, with an API token of his or her own. */
export interface DemoPerson {
  id: string;
  name: string;
  email: string;
  token: string;
}

/** Signs in by a one-time link, as a browser would, and makes an API token in that session. */
export async function tokenByLink(url: string, link: string): Promise<string> {
  const token = new URL(link).hash.replace('#token=', '');
  const signedIn = await fetch(new URL('/api/sign-in/link', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  if (!signedIn.ok) throw new Error(`sign-in by link: ${signedIn.status} ${await signedIn.text()}`);
  const cookie = signedIn.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  const { csrf } = (await signedIn.json()) as { csrf: string };
  const session = makeApiClient(url, undefined, { cookie, 'x-csrf-token': csrf });
  const made = await session.send<{ token: string }>('POST', '/api/tokens', { name: 'demo', days: 366 });
  return made.token;
}

/** Adds a user and gives him or her a token. */
export async function addPerson(
  administrator: ApiClient,
  url: string,
  person: { name: string; email: string; role: 'manager' | 'representative'; managerId?: string | undefined },
): Promise<DemoPerson> {
  const { id } = await administrator.send<{ id: string }>('POST', '/api/users', person);
  const link = await signInLink(administrator, id);
  return { id, name: person.name, email: person.email, token: await tokenByLink(url, link) };
}

export async function signInLink(administrator: ApiClient, userId: string): Promise<string> {
  const { url } = await administrator.send<{ url: string }>('POST', `/api/users/${userId}/sign-in-link`);
  return url;
}
