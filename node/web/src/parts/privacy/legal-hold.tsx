import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../../api.ts';
import type { Hold, Privacy } from '../../privacy-shapes.ts';
import type { LeadView } from '../../shapes.ts';
import { describeTime } from '../format.ts';
import { Form } from '../form.tsx';
import { Failure } from '../query-state.tsx';
import { leadKeys, useAct } from '../use-act.ts';

/** Keeps a lead from being erased while a legal duty says so. */
export function LegalHold({ lead, privacy: { heldUntil, holdReason } }: { lead: LeadView; privacy: Privacy }) {
  const { api } = useSession();
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const set = useAct({ act: (hold: Hold) => api.hold(lead.id, hold), changes: leadKeys });
  const keep = () => set.mutate({ until: new Date(until).toISOString(), reason: reason.trim() });
  return (
    <section className="card">
      <h2 className="section-title">Legal hold</h2>
      {heldUntil === undefined ? (
        <Form label="Keep it" plain act={{ ...set, mutate: keep }}>
          <p className="quiet">Nobody can erase this lead until then. The reason stays on this node.</p>
          <div className="fields-2">
            <TextInput
              type="datetime-local"
              label="Until"
              required
              value={until}
              onChange={(event) => setUntil(event.currentTarget.value)}
            />
            <TextInput
              label="Which duty?"
              required
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          </div>
        </Form>
      ) : (
        <>
          <p className="text">
            Kept until {describeTime(heldUntil)}: {holdReason}
          </p>
          {set.error && <Failure error={set.error} />}
          <div className="buttons">
            <Button variant="default" loading={set.isPending} onClick={() => set.mutate({ until: null })}>
              End the hold
            </Button>
          </div>
        </>
      )}
    </section>
  );
}
