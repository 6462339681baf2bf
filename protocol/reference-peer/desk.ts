import type { RejectReason, Status } from '../index.ts';
import type { PeerLead } from './peer-lead.ts';

/** What a sales desk says to an offer, after some time. `ignore` lets it run out. */
export interface DeskAnswer {
  readonly answer: 'accept' | 'reject' | 'ignore';
  readonly afterMs: number;
  readonly reason?: RejectReason;
  readonly text?: string;
}

/** One report on a lead that is owned, that long after the one before. */
export interface WorkStep extends Omit<Status, 'revision' | 'at'> {
  readonly afterMs: number;
}

/** The people who would sit before a real CRM. */
export interface Desk {
  decide(lead: PeerLead): DeskAnswer;
  work(lead: PeerLead): readonly WorkStep[];
}

const names = ['Jordan Blake', 'Sam Okafor', 'Mira Novak', 'Tomás Rey'];
const lostReasons = ['budget withdrawn', 'chose a competitor', 'project postponed'];

/**
 * A desk that takes most offers, is sometimes slow or busy, and wins about half of its leads. `random` as Math.random;
 * `paceMs` is how long a decision or a step of work takes.
 */
export function simulatedDesk(random: () => number = Math.random, paceMs = 2_000): Desk {
  const pick = <T>(choices: readonly T[], fallback: T): T => choices[Math.floor(random() * choices.length)] ?? fallback;
  const afterMs = () => Math.round(paceMs * (0.5 + random()));
  return {
    decide() {
      const mood = random();
      if (mood < 0.7) return { answer: 'accept', afterMs: afterMs() };
      if (mood < 0.88)
        return { answer: 'reject', afterMs: afterMs(), reason: pick(['no-capacity', 'not-a-fit'], 'other') };
      return { answer: 'ignore', afterMs: 0 };
    },
    work({ lead }) {
      const assignedTo = pick(names, 'Desk');
      const amount = lead?.interest?.opportunitySize ?? {
        amount: `${Math.round(5 + random() * 95)}00.00`,
        currency: 'EUR',
      };
      const end =
        random() < 0.5
          ? { disposition: 'won' as const, amount, note: 'Signed.' }
          : { disposition: 'lost' as const, reason: pick(lostReasons, 'no reply') };
      const steps = [{ disposition: 'received' as const }, { disposition: 'assigned' as const, assignedTo }];
      const work = [
        { disposition: 'contacted' as const, assignedTo },
        { disposition: 'working' as const, assignedTo },
      ];
      return [...steps, ...work, { ...end, assignedTo }].map((step, at) => ({
        ...step,
        afterMs: at === 0 ? 0 : afterMs(),
      }));
    },
  };
}

/** A desk that takes every offer and wins every lead, as a conformance run wants it. */
export function eagerDesk(paceMs: number): Desk {
  return {
    decide: () => ({ answer: 'accept', afterMs: paceMs }),
    work: () => [
      { disposition: 'received', afterMs: 0 },
      { disposition: 'won', afterMs: paceMs },
    ],
  };
}
