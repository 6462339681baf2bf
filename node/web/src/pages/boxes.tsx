import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { useSession } from '../api.ts';
import { count, words } from '../parts/format.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Answer } from '../parts/query-state.tsx';
import { Tag } from '../parts/state-badge.tsx';
import type { Box } from '../shapes.ts';

/** The tree of lead boxes. */
export function BoxesPage() {
  const { api } = useSession();
  const boxes = useQuery({ queryKey: ['boxes'], queryFn: api.boxes });
  return (
    <>
      <PageHead title="Boxes and rules">
        <p className="quiet">A lead starts at the top and goes from box to box, as the rules of each box say.</p>
      </PageHead>
      <Answer query={boxes}>{({ items }) => <Branch boxes={items} top={undefined} />}</Answer>
    </>
  );
}

function Branch({ boxes, top }: { boxes: readonly Box[]; top: string | undefined }) {
  const here = boxes.filter(({ parentId }) => parentId === top);
  if (here.length === 0) return null;
  return (
    <ul className={top === undefined ? 'lines lines-close' : 'lines lines-close branch'}>
      {here.map((box) => (
        <li key={box.id}>
          <BoxLine box={box} />
          <Branch boxes={boxes} top={box.id} />
        </li>
      ))}
    </ul>
  );
}

function BoxLine({ box: { id, kind, name, rules, closed, barred } }: { box: Box }) {
  return (
    <Link to={`/boxes/${encodeURIComponent(id)}`} className="card line">
      <span className="line-head">
        <span className="line-title text" dir="auto">
          {name}
        </span>
        <span className="tags">
          {closed ? <Tag tone="warn">closed</Tag> : barred && <Tag tone="warn">{words(barred)}</Tag>}
          {rules > 0 && <Tag tone="open">{count(rules, 'rule')}</Tag>}
          <span className="quiet small">{kind}</span>
        </span>
      </span>
    </Link>
  );
}
