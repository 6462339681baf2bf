import { useMutation, useQueryClient } from '@tanstack/react-query';

/** What a change of a lead changes on the pages. */
export const leadKeys = ['lead', 'leads', 'inbox', 'inboxes', 'offer', 'questions', 'privacy-requests'];

interface Act<Input, Answer> {
  act: (input: Input) => Promise<Answer>;
  /** First parts of the keys of what it changes. */
  changes: readonly string[];
  done?: (answer: Answer) => unknown;
}

/** A write, after which what it changed is asked for anew; also after a refusal, since then what was shown is old. */
export function useAct<Input = void, Answer = unknown>({ act, changes, done }: Act<Input, Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: (answer) => done?.(answer),
    onSettled: () => Promise.all(changes.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}
