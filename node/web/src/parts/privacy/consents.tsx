import { Button } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../../api.ts';
import type { Consent, ConsentState } from '../../privacy-shapes.ts';
import type { LeadView } from '../../shapes.ts';
import { describeTime } from '../format.ts';
import { valueAt } from '../lead-values.ts';
import { Tag } from '../state-badge.tsx';
import { DecideConsent } from './decide-consent.tsx';
import { useOpener } from './use-opener.ts';

const tones = { granted: 'good', refused: 'bad', withdrawn: 'bad' } as const;
const toneOf = (state: ConsentState) => (Object.hasOwn(tones, state) ? tones[state] : 'quiet');

/** What the person decided about each purpose, with the form to note another decision. */
export function Consents({ lead }: { lead: LeadView }) {
  const [purpose, setPurpose] = useState<string>();
  const found = valueAt(lead.document, 'consents');
  const consents = (Array.isArray(found) ? found : []) as readonly Consent[];
  const isHidden = lead.hiddenFields.some(({ path }) => path === 'consents');
  const { me } = useSession();
  const { mayEdit, mayNoteConsent: mayDecide } = lead;
  const opener = useOpener(purpose !== undefined);
  return (
    <section className="card" aria-label="Consents">
      <h2 className="section-title">Consents</h2>
      {consents.length === 0 && (
        <p className="text">{isHidden ? 'They are withheld from you.' : 'No decision is known.'}</p>
      )}
      {consents.map((consent) => (
        <Decision
          key={consent.purpose}
          consent={consent}
          change={mayDecide && purpose === undefined ? () => setPurpose(consent.purpose) : undefined}
        />
      ))}
      {purpose !== undefined && <DecideConsent {...{ lead, purpose, consents }} back={() => setPurpose(undefined)} />}
      {mayDecide && purpose === undefined && (
        <div className="buttons">
          <Button ref={opener} variant="default" onClick={() => setPurpose('')}>
            Note a decision …
          </Button>
        </div>
      )}
      {!mayDecide && me.user.role !== 'auditor' && (
        <p className="quiet">
          {mayEdit
            ? 'The person is withheld from you: who sees them notes what they decide.'
            : 'Consents of this lead cannot be changed here, or not yet.'}
        </p>
      )}
    </section>
  );
}

function Decision({ consent, change }: { consent: Consent; change: (() => void) | undefined }) {
  const { purpose, state, at, wording, evidenceUrl } = consent;
  return (
    <div className="request">
      <div className="line-head">
        <p className="text">
          <bdi>{purpose}</bdi>
        </p>
        <span className="tags">
          <Tag tone={toneOf(state)}>{state}</Tag>
        </span>
      </div>
      {at !== undefined && <p className="quiet small">{describeTime(at)}</p>}
      {wording !== undefined && (
        <p className="text note-text" dir="auto">
          {wording}
        </p>
      )}
      {evidenceUrl !== undefined && /^https?:\/\//i.test(evidenceUrl) && (
        <p className="small text">
          <a href={evidenceUrl} target="_blank" rel="noreferrer noopener">
            Where the proof lies
          </a>
        </p>
      )}
      {change && (
        <div className="buttons">
          <Button size="compact-sm" variant="default" aria-label={`Change: ${purpose}`} onClick={change}>
            Change …
          </Button>
        </div>
      )}
    </div>
  );
}
