import { Button } from '@mantine/core';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useSession } from '../api.ts';
import type { LeadEvent, LeadView } from '../shapes.ts';
import { AssignPanel, RecallPanel, ReroutePanel } from './oversee-panels.tsx';
import { Failure } from './query-state.tsx';
import { leadKeys, useAct } from './use-act.ts';
import { asks, WorkPanel } from './work-panel.tsx';

/** Buttons the life cycle does not name: they are routing's. */
const assign: LeadEvent = { event: 'assign', label: 'Assign …', needs: [] };
const recall: LeadEvent = { event: 'recall', label: 'Take the offer back …', needs: [] };
const overseeing = new Set(['reroute', 'assign', 'recall']);

/** What the reader may do with a lead now: the events the life cycle allows, and what those above decide. */
function eventsOf(lead: LeadView, role: string): LeadEvent[] {
  const events = lead.events.map((event) => (event.event === 'reroute' ? { ...event, label: 'Route again …' } : event));
  if (role !== 'administrator' && role !== 'manager') return events;
  const free = lead.holder?.kind !== 'peer' && !['won', 'withdrawn'].includes(lead.state);
  return [...events, ...(free ? [assign] : []), ...(lead.state === 'offered' ? [recall] : [])];
}

/** The next step of the work stands out. */
const nextStep: Readonly<Record<string, string>> = {
  assigned: 'contact',
  contacted: 'work',
  working: 'win',
  asleep: 'wake',
  unrouted: 'assign',
};

/** The buttons of a lead's page, and the form of the one that was pressed. */
export function LeadActions({ lead }: { lead: LeadView }) {
  const { api, me } = useSession();
  const [asked, setAsked] = useState<LeadEvent>();
  const buttons = useRef<HTMLDivElement>(null);
  const back = () => setAsked(undefined);
  useReturnOfFocus(asked?.event, buttons);
  const act = useAct({
    act: (event: LeadEvent) => api.change(lead.id, { event: event.event, version: lead.version }),
    changes: leadKeys,
  });
  const events = eventsOf(lead, me.user.role);
  if (events.length === 0) return null;
  if (asked?.event === 'assign') return <AssignPanel lead={lead} back={back} />;
  if (asked?.event === 'recall') return <RecallPanel lead={lead} back={back} />;
  if (asked?.event === 'reroute') return <ReroutePanel lead={lead} back={back} />;
  if (asked) return <WorkPanel lead={lead} event={asked} back={back} />;
  const button = (event: LeadEvent) => (
    <Button
      key={event.event}
      data-event={event.event}
      variant={event.event === nextStep[lead.state] ? 'filled' : 'default'}
      loading={act.isPending && act.variables.event === event.event}
      onClick={() => (asks(event) || overseeing.has(event.event) ? setAsked(event) : act.mutate(event))}
    >
      {event.label}
      {asks(event) && !event.label.endsWith('…') && ' …'}
    </Button>
  );
  return (
    <div ref={buttons}>
      {act.error && <Failure error={act.error} />}
      <div className="buttons">
        {events.filter(({ event }) => !overseeing.has(event)).map(button)}
        {events.filter(({ event }) => overseeing.has(event)).map(button)}
      </div>
    </div>
  );
}

/** A form that closes gives the focus back to the button that opened it. */
function useReturnOfFocus(asked: string | undefined, buttons: RefObject<HTMLDivElement | null>): void {
  const before = useRef<string>(undefined);
  useEffect(() => {
    if (asked === undefined && before.current !== undefined)
      buttons.current?.querySelector<HTMLElement>(`[data-event="${before.current}"]`)?.focus();
    before.current = asked;
  }, [asked, buttons]);
}
