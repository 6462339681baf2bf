import { hearDeletion } from '../privacy/hear-deletion.ts';
import type { ConversationEffects } from './effect.ts';

/** The messages about personal data (section 11 of the specification). */
export const privacyEffects = {
  async ErasureStatus(tx, { conversation, message: { body, header }, digest }) {
    if (body.outcome === 'offer-deleted') await hearDeletion(tx, conversation, { header, digest });
  },
} satisfies ConversationEffects;
