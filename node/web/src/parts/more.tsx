import { Alert, Button, Center, Loader, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Page } from '../api.ts';

interface Listing<T> {
  queryKey: readonly unknown[];
  load: (cursor: string | undefined) => Promise<Page<T>>;
  empty: string;
  children: (items: T[]) => ReactNode;
}

/** A list that grows page by page, with its loading, its error and its emptiness told. */
export function PagedList<T>({ queryKey, load, empty, children }: Listing<T>) {
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => load(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
  });
  if (list.isPending)
    return (
      <Center p="xl">
        <Loader aria-label="Loading" />
      </Center>
    );
  if (list.error) return <Alert color="red">{list.error.message}</Alert>;
  const items = list.data.pages.flatMap((page) => page.items);
  if (items.length === 0)
    return (
      <Text c="gray.7" py="lg">
        {empty}
      </Text>
    );
  return (
    <>
      {children(items)}
      {list.hasNextPage && (
        <Button mt="md" variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}
