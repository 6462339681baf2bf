import { z } from 'zod';
import { amountFeedbacks, type Disposition } from '../../../protocol/index.ts';

/** Status changes that need not be told. That a lead arrived, found somebody or came back is always told: it says who has it. */
export const optionalDispositions = [
  'contacted',
  'working',
  'asleep',
  'won',
  'lost',
] as const satisfies readonly Disposition[];

/** What is told of a lead's course, or kept of it. */
const feedback = z.strictObject({
  /** Which changes of status, of those that need not be told. */
  dispositions: z.array(z.enum(optionalDispositions)).max(optionalDispositions.length),
  /** Who works on the lead. */
  assignedTo: z.boolean(),
  /** The value of an order: exactly, as a range, or not at all. */
  amount: z.enum(amountFeedbacks),
  /** Why a lead was lost or returned. */
  reason: z.boolean(),
  /** Private text: the note written with the change. */
  note: z.boolean(),
  /** Contact data that was corrected. */
  update: z.boolean(),
});

const lowerEnds = z
  .array(z.number().int().min(1).max(1_000_000_000_000))
  .min(1)
  .max(12)
  .refine((ends) => ends.every((end, index) => index === 0 || end > (ends[index - 1] ?? 0)), 'must rise');

/** What a partner is told of leads that came from it, and what is kept of what it tells about ours. */
export const feedbackPolicySchema = z.strictObject({
  tell: feedback,
  keep: feedback,
  /** Where ranges of amounts begin, by currency, in whole units; a currency that is not here has 1, 2, 5, 10, 20, 50 … */
  bands: z
    .record(z.string().regex(/^[A-Z]{3}$/), lowerEnds)
    .refine((bands) => Object.keys(bands).length <= 10, 'too many'),
});
export type FeedbackPolicy = z.output<typeof feedbackPolicySchema>;

/** As long as nobody decides: the course of the lead and the value of an order, and nothing about people. */
export const defaultFeedbackPolicy: FeedbackPolicy = {
  tell: {
    dispositions: [...optionalDispositions],
    assignedTo: false,
    amount: 'exact',
    reason: true,
    note: false,
    update: false,
  },
  keep: {
    dispositions: [...optionalDispositions],
    assignedTo: true,
    amount: 'exact',
    reason: true,
    note: true,
    update: true,
  },
  bands: {},
};

/** The feedback policy for a partner, with the default for what was never set. */
export function feedbackOf({ feedback: set }: { readonly feedback: string | null }): FeedbackPolicy {
  const { tell, keep, bands } = JSON.parse(set ?? '{}') as {
    tell?: Partial<FeedbackPolicy['tell']>;
    keep?: Partial<FeedbackPolicy['keep']>;
    bands?: FeedbackPolicy['bands'];
  };
  return {
    tell: { ...defaultFeedbackPolicy.tell, ...tell },
    keep: { ...defaultFeedbackPolicy.keep, ...keep },
    bands: bands ?? defaultFeedbackPolicy.bands,
  };
}
