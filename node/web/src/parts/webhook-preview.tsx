import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../api.ts';
import type { OfferMode } from '../shapes.ts';
import { CopyText } from './copy-text.tsx';
import { Form } from './form.tsx';
import { useAct } from './use-act.ts';

const modes = [
  { value: 'grab', label: 'up for grabs' },
  { value: 'direct', label: 'to it alone' },
];

/** What a partner's software would be sent of a lead, with the mapping as it stands in the form: nothing is sent. */
export function WebhookPreview({ id, mapping }: { id: string; mapping: string }) {
  const { api } = useSession();
  const leads = useQuery({ queryKey: ['leads', 'to preview'], queryFn: () => api.leads({}) });
  const [leadId, setLeadId] = useState('');
  const [mode, setMode] = useState<OfferMode>('grab');
  const preview = useAct({
    act: () => api.previewWebhook(id, { leadId, mode, mapping: readMapping(mapping) }),
    changes: [],
  });
  const options = (leads.data?.items ?? []).map((lead) => ({ value: lead.id, label: lead.title }));
  const bodies = preview.data && [
    ['When it is offered', preview.data.offered],
    ['When it was accepted', preview.data.released],
    ['When somebody else was faster', preview.data.closed],
  ];
  return (
    <>
      <Form label="Show what would be sent" plain act={preview}>
        <div className="fields-2">
          <NativeSelect
            label="A lead to try it with"
            required
            data={[{ value: '', label: 'Choose a lead' }, ...options]}
            value={leadId}
            onChange={(event) => setLeadId(event.currentTarget.value)}
          />
          <NativeSelect
            label="Offered"
            data={modes}
            value={mode}
            onChange={(event) => setMode(event.currentTarget.value === 'direct' ? 'direct' : 'grab')}
          />
        </div>
      </Form>
      <div role="status">
        {bodies?.map(([label = '', text = '']) => (
          <CopyText key={label} label={label} text={text} />
        ))}
      </div>
    </>
  );
}

/** Throws in words for people when the text is no JSON object. */
export function readMapping(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('The mapping is not JSON: look for a missing comma, quote or bracket.');
  }
}
