import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { useSession } from '../api.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Answer, Empty } from '../parts/query-state.tsx';
import { Tag } from '../parts/state-badge.tsx';
import type { RuleSet } from '../shapes.ts';

/** The rules of one box, in their order. */
export function BoxPage() {
  const { api } = useSession();
  const { id = '' } = useParams();
  const boxes = useQuery({ queryKey: ['boxes'], queryFn: api.boxes });
  const rules = useQuery({ queryKey: ['boxes', id, 'rules'], queryFn: () => api.rules(id) });
  const box = boxes.data?.items.find((each) => each.id === id);
  return (
    <>
      <PageHead title={box ? `Rules of “${box.name}”` : 'Rules'} back={{ to: '/boxes', label: 'Boxes and rules' }}>
        <p className="quiet">Asked from the top; the first that applies and finds somebody decides.</p>
      </PageHead>
      <Answer query={rules}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No rules of its own">
              {box?.kind === 'user' || box?.kind === 'partner'
                ? 'A lead that comes here is offered to whom the box belongs to.'
                : 'The rules of the box above decide.'}
            </Empty>
          ) : (
            <ol className="lines">
              {items.map((rule, index) => (
                <Rule key={rule.id} rule={rule} number={index + 1} />
              ))}
            </ol>
          )
        }
      </Answer>
    </>
  );
}

function Rule({ rule: { name, description, enabled }, number }: { rule: RuleSet['items'][number]; number: number }) {
  return (
    <li className="card">
      <div className="line-head">
        <h2 className="section-title text" dir="auto">
          {number}. {name}
        </h2>
        {!enabled && <Tag tone="warn">switched off</Tag>}
      </div>
      <p className="text">{description}</p>
    </li>
  );
}
