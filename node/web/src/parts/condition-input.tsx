import { NativeSelect, TextInput } from '@mantine/core';
import type { LeadField } from '../shapes.ts';

/** What people choose and type of a condition on one field; without a field every lead fulfils it. */
export interface Comparison {
  field: string;
  op: string;
  value: string;
}
export const everyLead: Comparison = { field: '', op: 'equals', value: '' };

const operatorWords: Readonly<Record<string, string>> = {
  equals: 'is',
  'not-equals': 'is not',
  contains: 'contains',
  'starts-with': 'starts with',
  'at-least': 'is at least',
  'at-most': 'is at most',
  exists: 'is given',
  missing: 'is not given',
};
const needsNoValue = (op: string) => op === 'exists' || op === 'missing';

/** The condition as a policy holds it. */
export const conditionOf = ({ field, op, value }: Comparison): { condition?: unknown } => {
  if (field === '') return {};
  return { condition: needsNoValue(op) ? { field, op } : { field, op, value } };
};

interface Props {
  fields: readonly LeadField[];
  value: Comparison;
  change: (value: Comparison) => void;
}

/** A field, how it is compared, and with what. */
export function ConditionInput({ fields, value, change }: Props) {
  const choices = fields.map(({ path, label }) => ({ value: path, label }));
  return (
    <div className="fields-3">
      <NativeSelect
        label="Only leads whose"
        data={[{ value: '', label: '(every lead)' }, ...choices]}
        value={value.field}
        onChange={(event) => change({ ...value, field: event.currentTarget.value })}
      />
      {value.field !== '' && (
        <NativeSelect
          label="How it is compared"
          data={Object.entries(operatorWords).map(([op, label]) => ({ value: op, label }))}
          value={value.op}
          onChange={(event) => change({ ...value, op: event.currentTarget.value })}
        />
      )}
      {value.field !== '' && !needsNoValue(value.op) && (
        <TextInput
          label="With what"
          value={value.value}
          onChange={(event) => change({ ...value, value: event.currentTarget.value })}
        />
      )}
    </div>
  );
}
