import type { ReactNode } from 'react';

/** Labels with what holds for each; lines without a text are left out. */
export function Facts({ facts }: { facts: readonly (readonly [label: string, text: ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts
        .filter(([, text]) => text !== '' && text !== undefined)
        .map(([label, text]) => (
          <div key={label} className="fact">
            <dt>{label}</dt>
            <dd className="text">{text}</dd>
          </div>
        ))}
    </dl>
  );
}
