import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { ConditionInput, conditionOf, everyLead, type Comparison } from './condition-input.tsx';
import { Form } from './form.tsx';
import { useSession } from '../api.ts';
import type { FieldPolicyChange, PolicyAction, Stage } from '../policy-shapes.ts';
import type { LeadField } from '../shapes.ts';
import { useLeadFields } from './lead-document.tsx';
import { actionWords, groupWords, stageWords } from './policy-words.ts';
import { useAct } from './use-act.ts';

const listOf = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

const choicesOf = (fields: readonly LeadField[]) => [
  { group: 'Groups', items: listOf(groupWords).map(({ value, label }) => ({ value: `group:${value}`, label })) },
  { group: 'Single fields', items: fields.map(({ path, label }) => ({ value: path, label })) },
];

/** Adds a policy, or changes one: for every partner, or for one of them. */
export function PolicyForm({ peerId }: { peerId: string }) {
  const { api } = useSession();
  const fields = useLeadFields().data?.items ?? [];
  const [target, setTarget] = useState('group:person');
  const [stage, setStage] = useState<Stage>('offered');
  const [action, setAction] = useState<PolicyAction>('show');
  const [condition, setCondition] = useState<Comparison>(everyLead);
  const policy: FieldPolicyChange = {
    recipientKind: 'peer',
    ...(peerId !== '' && { recipientId: peerId }),
    ...{ target, stage, action },
    ...conditionOf(condition),
  };
  const save = useAct({ act: () => api.setFieldPolicies([policy]), changes: ['policies', 'lead'] });
  return (
    <Form label="Save this policy" act={save}>
      <div className="fields-3">
        <NativeSelect
          label="What"
          data={choicesOf(fields)}
          value={target}
          onChange={(event) => setTarget(event.currentTarget.value)}
        />
        <NativeSelect
          label="When"
          data={listOf(stageWords)}
          value={stage}
          onChange={(event) => setStage(event.currentTarget.value as Stage)}
        />
        <NativeSelect
          label="Then"
          data={listOf(actionWords)}
          value={action}
          onChange={(event) => setAction(event.currentTarget.value as PolicyAction)}
        />
      </div>
      <ConditionInput fields={fields} value={condition} change={setCondition} />
    </Form>
  );
}
