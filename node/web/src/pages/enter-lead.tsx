import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { Link } from 'react-router';
import { Form } from '../parts/form.tsx';
import { useSession } from '../api.ts';
import { Refusal } from '../call.ts';
import { leadOf, noEntry, type Entry } from '../parts/lead-entry.ts';
import { PageHead } from '../parts/page-head.tsx';
import { useAct } from '../parts/use-act.ts';
import { currencies } from '../parts/work-panel.tsx';

const sources = [
  { value: 'event', label: 'An event or a visit' },
  { value: 'phone', label: 'A phone call' },
  { value: 'e-mail', label: 'An e-mail' },
  { value: 'partner', label: 'A partner' },
  { value: 'other', label: 'Something else' },
];

/** 128 random bits as text; `crypto.randomUUID` is not there over plain HTTP. */
const makeKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(36)).join('-');

/** Enters a lead somebody met; the rules place it like any other. */
export function EnterLeadPage() {
  const [entered, setEntered] = useState<string>();
  return (
    <>
      <PageHead title="Enter a lead">
        <p className="quiet">Somebody you met or talked to. The rules decide who gets it.</p>
      </PageHead>
      {entered === undefined ? (
        <EntryForm done={setEntered} />
      ) : (
        <Entered id={entered} again={() => setEntered(undefined)} />
      )}
    </>
  );
}

function Entered({ id, again }: { id: string; again: () => void }) {
  const { me } = useSession();
  return (
    <div className="banner banner-good" role="status">
      <div>
        <p className="banner-title">The lead is in</p>
        <p>The rules are placing it now.</p>
      </div>
      <div className="buttons">
        {me.user.role !== 'representative' && (
          <Button component={Link} to={`/leads/${id}`}>
            Open the lead
          </Button>
        )}
        <Button variant="default" autoFocus onClick={again}>
          Enter another
        </Button>
      </div>
    </div>
  );
}

function EntryForm({ done }: { done: (id: string) => void }) {
  const { api } = useSession();
  const [entry, setEntry] = useState(noEntry);
  const [test, setTest] = useState(false);
  // The same content sent twice, as after a lost connection, is one lead; changed content is another.
  const key = useRef<string>(undefined);
  const add = useAct({
    act: () => api.addLead({ lead: leadOf(entry), ...(test && { test }) }, (key.current ??= makeKey())),
    changes: ['leads'],
    done: ({ id }) => done(id),
  });
  const refused = add.error instanceof Refusal ? add.error.path : undefined;
  const field = (name: keyof Entry, path: string) => ({
    value: entry[name],
    maxLength: 500,
    error: refused?.startsWith(`lead.${path}`) ? add.error?.message : undefined,
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) => {
      key.current = undefined;
      setEntry((before) => ({ ...before, [name]: value }));
    },
  });
  return (
    <Form card label="Enter the lead" act={add}>
      <fieldset>
        <legend className="section-title">Who</legend>
        <div className="fields-2">
          <TextInput label="First name" {...field('givenName', 'contact.givenName')} />
          <TextInput label="Last name" required {...field('familyName', 'contact.familyName')} />
          <TextInput label="E-mail" type="email" inputMode="email" {...field('email', 'contact.emails')} />
          <TextInput label="Phone" type="tel" {...field('phone', 'contact.phones')} />
          <TextInput label="Company" {...field('company', 'account.name')} />
          <TextInput label="Job title" {...field('jobTitle', 'contact.jobTitle')} />
          <TextInput label="City" {...field('city', 'contact.address.city')} />
          <TextInput label="Country (two letters)" placeholder="DE" {...field('country', 'contact.address.country')} />
        </div>
      </fieldset>
      <fieldset>
        <legend className="section-title">What for</legend>
        <div className="fields-2">
          <TextInput label="Product" {...field('product', 'interest.products')} />
          <TextInput label="Quantity" {...field('quantity', 'interest.products')} />
          <TextInput
            label="Expected value"
            inputMode="decimal"
            placeholder="1250.00"
            {...field('amount', 'interest.opportunitySize')}
          />
          <NativeSelect
            label="Currency"
            data={currencies}
            {...field('currency', 'interest.opportunitySize.currency')}
          />
          <TextInput label="When" placeholder="within 3 months" {...field('timeframe', 'interest.timeframe')} />
          <NativeSelect label="Where from" data={sources} {...field('source', 'source.kind')} />
        </div>
        <Textarea
          label="What was said"
          rows={4}
          mt="sm"
          {...field('comments', 'interest.comments')}
          maxLength={4_000}
        />
      </fieldset>
      <Checkbox
        label="Only a test: it counts nowhere"
        checked={test}
        onChange={(event) => {
          key.current = undefined;
          setTest(event.currentTarget.checked);
        }}
      />
    </Form>
  );
}
