/** What an answering mail says. */
export type Answer = { kind: 'accept' } | { kind: 'reject'; reason: AnswerReason; text: string } | { kind: 'unclear' };

const reasons = [
  ['no-capacity', /capacity|busy|no time|overload/],
  ['out-of-territory', /territor|region|area|too far/],
  ['duplicate', /duplicate|already (have|got) (it|this)/],
  ['already-customer', /already .*customer|existing customer/],
  ['not-reachable', /not reach|unreachable|wrong number/],
  ['unclear', /unclear|don.t understand/],
  ['not-a-fit', /fit|not for (me|us)|wrong product/],
] as const;
export type AnswerReason = (typeof reasons)[number][0] | 'other';

/** The first line a person wrote: not a quotation, not the line that introduces one. */
function firstLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.find((line) => line !== '' && !line.startsWith('>') && !/^on .*wrote:$/i.test(line)) ?? '';
}

/** Reads the answer to an offer mail from its plain text. Anything but a clear word is `unclear`: nothing happens by guess. */
export function readAnswer(text: string): Answer {
  const line = firstLine(text).slice(0, 500);
  const word = /^[^\p{L}]*(\p{L}+)/u.exec(line)?.[1]?.toLowerCase();
  if (word === 'accept' || word === 'accepted' || word === 'yes') return { kind: 'accept' };
  if (word !== 'reject' && word !== 'rejected' && word !== 'no') return { kind: 'unclear' };
  const rest = line.replace(/^[^\p{L}]*\p{L}+[\s:,.;–-]*/u, '').trim();
  const reason = reasons.find(([, pattern]) => pattern.test(rest.toLowerCase()))?.[0] ?? 'other';
  return { kind: 'reject', reason, text: rest };
}
