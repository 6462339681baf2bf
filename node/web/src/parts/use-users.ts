import { useQuery } from '@tanstack/react-query';
import { allPages, useSession } from '../api.ts';

/** The users the reader may see, all of them. */
export function useUsers() {
  const { api } = useSession();
  return useQuery({ queryKey: ['users'], queryFn: () => allPages(api.users) });
}
