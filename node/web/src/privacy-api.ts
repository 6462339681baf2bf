import type { Call } from './call.ts';
import type { PrivacyApi } from './privacy-shapes.ts';

const page = (cursor?: string) => `?limit=30${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;

/** The requests about personal data. */
export function makePrivacyApi(call: Call): PrivacyApi {
  const of = (leadId: string) => `/api/leads/${encodeURIComponent(leadId)}`;
  return {
    privacy: (id) => call('GET', `${of(id)}/privacy`),
    privacyRequests: (cursor) => call('GET', `/api/privacy-requests${page(cursor)}`),
    overdueDeletions: (cursor) => call('GET', `/api/overdue-deletions${page(cursor)}`),
    // The id once more: the person confirmed on the page.
    erase: (id, reason) => call('POST', `${of(id)}/erase`, { reason, confirm: id }),
    hold: (id, hold) => call('PUT', `${of(id)}/legal-hold`, hold),
    answerPrivacy: (id, requestId, decision) =>
      call('POST', `${of(id)}/privacy-requests/${encodeURIComponent(requestId)}/answer`, decision),
    confirmErased: (id, requestId, text) =>
      call('POST', `${of(id)}/privacy-requests/${encodeURIComponent(requestId)}/confirm-erased`, { text }),
    doNotContact: (id, channels) => call('POST', `${of(id)}/do-not-contact`, { channels }),
    decideConsent: (id, consent) => call('POST', `${of(id)}/consents`, consent),
    askReport: (id) => call('POST', `${of(id)}/access-report`),
    report: (id) => call('GET', `${of(id)}/access-report`),
  };
}
