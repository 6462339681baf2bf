import type { Letter } from './letter.ts';

/** Reads all that passes and complains about what nobody may see yet. */
export interface Onlooker {
  onSent(from: string, to: string, letters: readonly Letter[]): void;
  onAnswered(from: string, to: string, letters: readonly Letter[]): void;
}

/**
 * Values that are withheld until the award hold canaries (`canaryOf`). They may stand in a document of a round only after the
 * receipt of that round's award has arrived. `never`: words that may not leave the vendor at all.
 */
export function makeOnlooker(onFault: (fault: string) => void, never: readonly string[]): Onlooker {
  /** Awards by id and digest: the round they are about. */
  const awards = new Map<string, string>();
  const receipted = new Set<string>();
  /** By these a node finds out who takes its new key already; nothing hangs on the answer but when it tries again. */
  const attempts = new Set<string>();
  /** Of these a node takes so many a day in one conversation, whoever asks. */
  const requests = new Set<string>();
  const look = (letter: Letter) => {
    const { type, from, to, messageId, xml, answers, digest, code } = letter;
    // What it says proves nothing, and it may say all.
    const isHonest = from !== 'mallory';
    const round = `${letter.conversation} ${letter.round}`;
    if (type === 'Capabilities') attempts.add(`${messageId} ${digest}`);
    if (type === 'AccessRequest') requests.add(`${messageId} ${digest}`);
    if (type === 'Award' && isHonest) awards.set(`${messageId} ${digest}`, round);
    if (type === 'Receipt' && awards.has(answers)) receipted.add(awards.get(answers) as string);
    const canary = /canary\d+x/i.exec(xml)?.[0];
    if (isHonest && canary !== undefined && !receipted.has(round))
      onFault(`${from}>${to} ${type} holds ${canary} before the receipt of the award`);
    if (isHonest && type === 'Release' && !receipted.has(round))
      onFault(`${from}>${to} Release before the receipt of the award`);
    if (isHonest && to !== 'mallory' && code === 'rate' && !requests.has(answers))
      onFault(`${from} has no patience with ${to}`);
    if (isHonest && to !== 'mallory' && code === 'key-revoked' && !attempts.has(answers))
      onFault(`${from} does not take the key of ${to}`);
    const forbidden = from === 'vendor' && never.find((word) => xml.includes(word));
    if (forbidden) onFault(`${from}>${to} ${type} holds “${forbidden}”, which may never leave`);
  };
  return {
    // The receipt of what was fetched arrives with the next question.
    onSent: (from, _to, letters) => ownOf(from, letters).forEach(look),
    onAnswered: (_from, to, letters) => ownOf(to, letters).forEach(look),
  };
}

/** Recorded and played again, changed perhaps by a byte that was the name of a conversation, a document proves nothing. */
const ownOf = (speaker: string, letters: readonly Letter[]): Letter[] => letters.filter(({ from }) => from === speaker);
