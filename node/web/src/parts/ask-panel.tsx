import { Button, type ButtonProps } from '@mantine/core';
import { type ReactNode, type SubmitEvent, useEffect, useRef } from 'react';
import { Failure } from './query-state.tsx';

interface Question {
  title: string;
  send: { label: string; color?: string };
  onSend: () => void;
  onBack: () => void;
  busy: boolean;
  error: Error | null;
  children?: ReactNode;
}

/** Asks for what an action needs, in place: the first field has the focus, after a refusal the button; Escape goes back. */
export function AskPanel({ title, send, onSend, onBack, busy, error, children }: Question) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('select, input, textarea, button')?.focus();
  }, []);
  // The button that was pressed could not keep the focus while it waited.
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('button[type="submit"]')?.focus();
  }, [error]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onSend();
  };
  return (
    <form
      ref={form}
      className="card ask"
      aria-label={title}
      onSubmit={submit}
      onKeyDown={({ key }) => key === 'Escape' && onBack()}
    >
      <p className="ask-title">{title}</p>
      {children}
      {error && <Failure error={error} />}
      <div className="buttons">
        <Button type="submit" loading={busy} {...colourOf(send.color)}>
          {send.label}
        </Button>
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
      </div>
    </form>
  );
}

const colourOf = (color: string | undefined): Pick<ButtonProps, 'color'> => (color === undefined ? {} : { color });
