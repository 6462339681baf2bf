import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../../api.ts';
import type { ContactChannel } from '../../privacy-shapes.ts';
import type { LeadView } from '../../shapes.ts';
import { Facts } from '../facts.tsx';
import { Form } from '../form.tsx';
import { Icon } from '../icons.tsx';
import { valueAt, valuesOf } from '../lead-values.ts';
import { Tag } from '../state-badge.tsx';
import { leadKeys, useAct } from '../use-act.ts';

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
  const { api, me } = useSession();
  const [chosen, setChosen] = useState<readonly ContactChannel[]>([]);
  const close = useAct({
    act: () => api.doNotContact(lead.id, chosen),
    changes: leadKeys,
    done: () => setChosen([]),
  });
  const consents = valuesOf(valueAt(lead.document, 'consents'), { path: 'consents', kind: 'list' });
  const isClosed = (code: ContactChannel) => lead.doNotContact.includes(code) || lead.doNotContact.includes('all');
  const toggle = (code: ContactChannel) =>
    setChosen((before) => (before.includes(code) ? before.filter((one) => one !== code) : [...before, code]));
  const facts = [
    ['Contact', lead.doNotContact.length > 0 ? `not ${describeBan(lead.doNotContact)}` : 'nothing was forbidden'],
    ...consents.map(({ text, note }, at) => [`Consent ${at + 1}`, note === undefined ? text : `${text} (${note})`]),
  ] as [string, string][];
  return (
    <section className="card">
      <h2 className="section-title">Contact and consent</h2>
      <Facts facts={facts} />
      {me.user.role !== 'auditor' && !isClosed('all') && (
        <Form label="Forbid this contact" plain act={close} disabled={chosen.length === 0}>
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
          <p className="quiet">
            Every partner that has this lead is told. This cannot be taken back here: ways of contact are only ever
            closed.
          </p>
        </Form>
      )}
    </section>
  );
}
