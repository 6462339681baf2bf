import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../../api.ts';
import type { ContactChannel } from '../../privacy-shapes.ts';
import type { LeadView } from '../../shapes.ts';
import { AskPanel } from '../ask-panel.tsx';
import { Icon } from '../icons.tsx';
import { Tag } from '../state-badge.tsx';
import { leadKeys, useAct } from '../use-act.ts';
import { useOpener } from './use-opener.ts';

const channels: Readonly<Record<ContactChannel, string>> = {
  all: 'in any way',
  email: 'by e-mail',
  phone: 'by phone',
  post: 'by post',
  visit: 'by a visit',
};
const isChannel = (code: string): code is ContactChannel => Object.hasOwn(channels, code);

/** "by phone, by e-mail"; "in any way" says it all. */
function describeBan(codes: readonly string[]): string {
  if (codes.includes('all')) return channels.all;
  return codes.map((code) => (isChannel(code) ? channels[code] : code)).join(', ');
}

/** Says that a person may not be contacted; nothing where she may. */
export function NoContactTag({ codes }: { codes: readonly string[] }) {
  if (codes.length === 0) return null;
  return (
    <Tag tone="bad">
      <Icon name="cross" size={13} /> no contact {describeBan(codes)}
    </Tag>
  );
}

/** Which contact the person allows, with the form to end some of it. */
export function NoContact({ lead }: { lead: LeadView }) {
  const { me } = useSession();
  const [chosen, setChosen] = useState<readonly ContactChannel[]>([]);
  const [asks, setAsks] = useState(false);
  const opener = useOpener(asks);
  const isClosed = (code: ContactChannel) => lead.doNotContact.includes(code) || lead.doNotContact.includes('all');
  const closing = chosen.filter((code) => !isClosed(code));
  if (asks && closing.length > 0) return <Forbidding {...{ lead, closing }} back={() => setAsks(false)} />;
  const toggle = (code: ContactChannel) =>
    setChosen((before) => (before.includes(code) ? before.filter((one) => one !== code) : [...before, code]));
  return (
    <section className="card" aria-label="Contact">
      <h2 className="section-title">Contact</h2>
      <p className="text">
        {lead.doNotContact.length > 0
          ? `The person may not be contacted ${describeBan(lead.doNotContact)}.`
          : 'No way of contact was forbidden.'}
      </p>
      {me.user.role !== 'auditor' && !isClosed('all') && (
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            setAsks(true);
          }}
        >
          <fieldset className="plain-fieldset">
            <legend>The person may not be contacted any more …</legend>
            <div className="choices">
              {Object.entries(channels).map(([code, label]) => {
                const channel = code as ContactChannel;
                return (
                  <Checkbox
                    key={code}
                    label={label}
                    disabled={isClosed(channel)}
                    checked={isClosed(channel) || chosen.includes(channel)}
                    onChange={() => toggle(channel)}
                  />
                );
              })}
            </div>
          </fieldset>
          <div className="buttons">
            <Button ref={opener} type="submit" variant="default" disabled={closing.length === 0}>
              Forbid this contact …
            </Button>
          </div>
        </form>
      )}
    </section>
  );
}

interface Forbids {
  lead: LeadView;
  closing: readonly ContactChannel[];
  back: () => void;
}

/** Asks once more: nobody can take it back. */
function Forbidding({ lead, closing, back }: Forbids) {
  const { api } = useSession();
  const close = useAct({ act: () => api.doNotContact(lead.id, closing), changes: leadKeys, done: back });
  return (
    <AskPanel
      title={`Forbid contact ${describeBan(closing)}?`}
      send={{ label: 'Forbid it for good', color: 'red.9' }}
      onSend={() => close.mutate()}
      onBack={back}
      busy={close.isPending}
      error={close.error}
    >
      <p className="text">
        Every partner that has this lead is told, and the one it came from. Nobody can take it back here: ways of
        contact are only ever closed.
      </p>
    </AskPanel>
  );
}
