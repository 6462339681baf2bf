import type { Letter } from './letter.ts';
import type { Onlooker } from './onlooker.ts';

/** A way there and back takes 0.3 s at most where nothing else is wrong. */
const longestMilliseconds = 1_000;
/** Answers after which a message comes again, whoever else there is. */
const later: readonly (string | undefined)[] = ['from-future', 'overloaded'];

interface Sent {
  readonly at: number;
  readonly code?: string;
}

/** While somebody floods a node: what honest nodes say to each other is answered at once, and nothing has to be said twice. */
export function makePatience(now: () => number, onFault: (fault: string) => void): Onlooker {
  const sent = new Map<string, Sent>();
  const isHonest = ({ from, to }: Letter) => from !== 'mallory' && to !== 'mallory';
  return {
    onSent(speaker, _to, letters) {
      for (const letter of letters.filter(({ from }) => from === speaker).filter(isHonest)) {
        const { from, to, type, messageId } = letter;
        const before = sent.get(messageId);
        if (before && !later.includes(before.code)) onFault(`${from} had to say ${type} to ${to} again`);
        sent.set(messageId, { at: now() });
      }
    },
    onAnswered(hearer, speaker, letters) {
      for (const { from, to, answers, code } of letters.filter(isHonest)) {
        if (from !== speaker || to !== hearer) continue;
        const [messageId = ''] = answers.split(' ');
        const asked = sent.get(messageId);
        if (!asked) continue;
        const waited = now() - asked.at;
        if (waited > longestMilliseconds) onFault(`${to} waited ${waited} ms for an answer of ${from}`);
        sent.set(messageId, { at: asked.at, code });
      }
    },
  };
}
