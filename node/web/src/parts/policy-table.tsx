import type { EffectiveField, Stage } from '../policy-shapes.ts';
import { Icon } from './icons.tsx';
import { describeSight, groupWords, stageWords } from './policy-words.ts';

const stages: readonly Stage[] = ['offered', 'released', 'updated'];

/** What a partner sees, field by field, under the names of the groups. */
export function PolicyTable({ fields }: { fields: readonly EffectiveField[] }) {
  const groups = Map.groupBy(fields, ({ group }) => group);
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="What is shown when">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Field</th>
            {stages.map((stage) => (
              <th key={stage} scope="col">
                {stageWords[stage]}
              </th>
            ))}
          </tr>
        </thead>
        {[...groups].map(([group, members]) => (
          <tbody key={group}>
            <tr>
              <th colSpan={4} scope="rowgroup" className="group-name">
                {groupWords[group] ?? group}
              </th>
            </tr>
            {members.map((field) => (
              <Line key={field.path} field={field} />
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function Line({ field }: { field: EffectiveField }) {
  return (
    <tr>
      <th scope="row">
        {field.path === 'fields' ? 'All others' : field.label}
        {!field.decided && <span className="quiet small"> · nobody decided yet</span>}
      </th>
      {stages.map((stage) => (
        <Cell key={stage} text={describeSight(stage, field)} />
      ))}
    </tr>
  );
}

function Cell({ text }: { text: string }) {
  const hidden = text === 'withheld' || text === 'never';
  return (
    <td className={hidden ? 'quiet uncut' : undefined}>
      {hidden && <Icon name="lock" size={14} />} {text}
    </td>
  );
}
