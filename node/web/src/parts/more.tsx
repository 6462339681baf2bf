import { Button } from '@mantine/core';
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Page } from '../shapes.ts';
import { Failure, Loading } from './query-state.tsx';

/** A list that is read page by page. */
export const pagedQuery = <T,>(queryKey: readonly unknown[], load: (cursor: string | undefined) => Promise<Page<T>>) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam }) => load(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
  });

interface Listing<T> {
  query: ReturnType<typeof pagedQuery<T>>;
  empty: ReactNode;
  /** Shows the list of before while a changed question is answered. */
  keep?: boolean;
  children: (items: T[]) => ReactNode;
}

/** A list that grows page by page, with its loading, its error and its emptiness told. */
export function PagedList<T>({ query, empty, keep, children }: Listing<T>) {
  const list = useInfiniteQuery({ ...query, ...(keep ? { placeholderData: keepPreviousData } : {}) });
  if (list.isPending) return <Loading />;
  if (list.isError && !list.data) return <Failure error={list.error} retry={list.refetch} />;
  const items = list.data.pages.flatMap((page) => page.items);
  if (items.length === 0 && !list.hasNextPage) return empty;
  return (
    <>
      {children(items)}
      {list.hasNextPage && (
        <Button mt="md" variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show more
        </Button>
      )}
      {list.isError && <Failure error={list.error} retry={list.refetch} />}
    </>
  );
}
