import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Failure } from './query-state.tsx';

interface Props {
  /** A heading above the inputs. */
  title?: string;
  /** What the button says. */
  label: string;
  act: { mutate: () => void; isPending: boolean; error: Error | null };
  /** A card of its own. */
  card?: boolean;
  /** The button does not stand out. */
  plain?: boolean;
  disabled?: boolean;
  children?: ReactNode;
}

/** Inputs, what went wrong, and the button that sends them. */
export function Form({ title, label, act, card, plain, disabled, children }: Props) {
  return (
    <form
      className={card ? 'card form' : 'form'}
      onSubmit={(event) => {
        event.preventDefault();
        act.mutate();
      }}
    >
      {title !== undefined && <h2 className="section-title">{title}</h2>}
      {children}
      {act.error && <Failure error={act.error} />}
      <div className="buttons">
        <Button
          type="submit"
          variant={plain ? 'default' : 'filled'}
          loading={act.isPending}
          disabled={disabled ?? false}
        >
          {label}
        </Button>
      </div>
    </form>
  );
}
