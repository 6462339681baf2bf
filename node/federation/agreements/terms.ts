import { z } from 'zod';
import { agreementSides, amountFeedbacks, fieldHandlings, onwardRules } from '../../../protocol/index.ts';

const time = z.iso.datetime();
const line = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(/^[^\t\n]+$/);
const count = z.number().int().min(0).max(999_999_999);
const fieldPath = z
  .string()
  .max(100)
  .regex(/^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)*$/);

/** Terms of an agreement as the HTTP API takes and shows them: those of the wire (section 12 of the specification). */
export const termsView = z.strictObject({
  validFrom: time,
  validUntil: time.optional(),
  offers: z.enum(agreementSides),
  purposes: z.array(line).min(1).max(10),
  fieldTerms: z
    .array(z.strictObject({ field: fieldPath, inOffer: z.enum(fieldHandlings), inRelease: z.enum(fieldHandlings) }))
    .max(100)
    .optional(),
  deleteShownHours: count,
  retentionDays: count,
  returnWindowDays: count.optional(),
  feedback: z.strictObject({
    assignedTo: z.boolean(),
    amount: z.enum(amountFeedbacks),
    reason: z.boolean(),
    note: z.boolean(),
    update: z.boolean(),
  }),
  caps: z
    .strictObject({
      releasesPerDay: count.optional(),
      openLeads: count.optional(),
      returnPercent: count.optional(),
    })
    .optional(),
  onward: z.strictObject({
    to: z.enum(onwardRules),
    partners: z.array(z.string().max(253)).max(50).optional(),
    purposes: z.array(line).max(10).optional(),
  }),
  contractDigest: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/)
    .optional(),
});
