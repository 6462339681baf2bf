import { Alert, Button, Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Refusal } from '../call.ts';

/** The shape of what is about to come. */
export function Loading() {
  return (
    <Stack gap="sm" role="status" className="loading">
      <VisuallyHidden>Loading …</VisuallyHidden>
      <Skeleton h={72} />
      <Skeleton h={72} />
      <Skeleton h={72} />
    </Stack>
  );
}

/** What the node refused for good is not worth another try. */
const isFinal = (error: Error) => error instanceof Refusal && error.status >= 400 && error.status < 500;

/** What went wrong, in the node's words, with a way to try again. */
export function Failure({ error, retry }: { error: Error; retry?: () => unknown }) {
  return (
    <Alert color="red" role="alert" title="This did not work">
      {error.message}
      {retry && !isFinal(error) && (
        <div className="alert-action">
          <Button size="xs" variant="default" onClick={() => void retry()}>
            Try again
          </Button>
        </div>
      )}
    </Alert>
  );
}

/** Nothing to show: what that means and what to do. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children && <div className="quiet">{children}</div>}
    </div>
  );
}

/** Shows an answer once it is there; until then that it is on its way, or why it is not. */
export function Answer<T>({ query: { data, error, refetch }, head, children }: Question<T>) {
  // An older answer stands while the line is down, but not after the node said no.
  if (data !== undefined && !(error && isFinal(error))) return children(data);
  if (!error) return <Loading />;
  return (
    <>
      {head}
      <Failure error={error} retry={refetch} />
    </>
  );
}
interface Question<T> {
  query: UseQueryResult<T>;
  /** Above a failure: the head of a page that has none without its data. */
  head?: ReactNode;
  children: (data: T) => ReactNode;
}
