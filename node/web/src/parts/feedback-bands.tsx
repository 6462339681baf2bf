import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../api.ts';
import { Form } from './form.tsx';
import { useAct } from './use-act.ts';

type Bands = Record<string, number[]>;

/** As people type and read it: “EUR 1000 5000, USD 2000”. */
const writeBands = (bands: Bands): string =>
  Object.entries(bands)
    .map(([currency, ends]) => [currency, ...ends].join(' '))
    .join(', ');

/** What is no number becomes null on its way, and is refused by name. */
const readBands = (text: string): Bands =>
  Object.fromEntries(
    text
      .split(',')
      .map((part) => part.trim().split(/\s+/))
      .filter(([currency]) => currency !== '')
      .map(([currency = '', ...ends]): [string, number[]] => [currency.toUpperCase(), ends.map(Number)]),
  );

/** Where the ranges begin in which values of orders are told, or kept. */
export function FeedbackBands({ peerId, bands }: { peerId: string; bands: Bands }) {
  const { api } = useSession();
  const [text, setText] = useState(writeBands(bands));
  const save = useAct({ act: () => api.setFeedbackPolicy(peerId, { bands: readBands(text) }), changes: ['feedback'] });
  return (
    <Form label="Save these ranges" act={save} plain>
      <TextInput
        label="Ranges of order values begin at"
        description="Each currency with its amounts, rising. Others have 1, 2, 5, 10, 20, 50 and so on."
        placeholder="EUR 1000 5000 25000, USD 2000 10000"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </Form>
  );
}
