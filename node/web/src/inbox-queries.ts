import { useInfiniteQuery } from '@tanstack/react-query';
import { type Api, useSession } from './api.ts';
import { pagedQuery } from './parts/more.tsx';

/** One part of one user's inbox; the menu's count and the page read the same. */
export const inboxQuery = (api: Api, state: string, userId: string) =>
  pagedQuery(['inbox', userId, state], (cursor) => api.inbox(state, userId, cursor));

export const questionsQuery = (api: Api) => pagedQuery(['questions'], (cursor) => api.openQuestions(cursor));

export const privacyRequestsQuery = (api: Api) => pagedQuery(['privacy-requests', 'open'], api.privacyRequests);

/** How many questions of partners wait for an answer from here: of the leads one sees, and about personal data. */
export function useQuestionsWaiting(): string {
  const { api, me } = useSession();
  const questions = useInfiniteQuery(questionsQuery(api)).data?.pages ?? [];
  const decides = me.user.role === 'administrator';
  const requests = useInfiniteQuery({ ...privacyRequestsQuery(api), enabled: decides }).data?.pages ?? [];
  const known =
    questions.flatMap(({ items }) => items).filter(({ ours }) => !ours).length +
    requests.flatMap(({ items }) => items).filter(({ decidable }) => decidable).length;
  const more = [questions, requests].some((pages) => pages.at(-1)?.nextCursor !== undefined);
  return known === 0 ? '' : `${known}${more ? '+' : ''}`;
}

/** How many offers wait for the reader, as the menu and the browser's tab say it: "3", "30+", or nothing. */
export function useWaiting(): string {
  const { api, me } = useSession();
  const { data } = useInfiniteQuery(inboxQuery(api, 'open', me.user.id));
  const known = data?.pages.reduce((sum, page) => sum + page.items.length, 0) ?? 0;
  return known === 0 ? '' : `${known}${data?.pages.at(-1)?.nextCursor ? '+' : ''}`;
}
