import { hearConsent } from '../privacy/change-consent.ts';
import { hearDeletion } from '../privacy/hear-deletion.ts';
import { hearErasure, hearErasureStatus } from '../privacy/hear-erasure.ts';
import { hearAccess, hearReport } from '../privacy/report-access.ts';
import type { ConversationEffects } from './effect.ts';

/** The messages about personal data (section 11 of the specification). */
export const privacyEffects = {
  async Erasure(tx, heard) {
    await hearErasure(tx, heard);
  },

  async ErasureStatus(tx, heard) {
    const { conversation, message, digest } = heard;
    const { body, header } = message;
    if (body.outcome === 'offer-deleted') await hearDeletion(tx, conversation, { header, digest });
    else await hearErasureStatus(tx, heard);
  },

  async ConsentChange(tx, heard) {
    await hearConsent(tx, heard);
  },

  async AccessRequest(tx, heard) {
    await hearAccess(tx, heard);
  },

  async AccessReport(tx, heard) {
    await hearReport(tx, heard);
  },
} satisfies ConversationEffects;
