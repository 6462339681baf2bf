import { z } from 'zod';
import { roles, scopes } from '../kernel/routes.ts';
import type { User } from './store.ts';
import type { ApiToken } from './store/tokens.ts';

/** A user as the API shows one. Times in epoch milliseconds. */
export const userView = z.strictObject({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  managerId: z.string().nullable(),
  active: z.boolean(),
  availability: z.enum(['available', 'absent']),
  signedInAt: z.number().nullable(),
  createdAt: z.number(),
});

export function viewUser(user: User): z.input<typeof userView> {
  const { updatedAt: _, ...shown } = user;
  return shown;
}

/** An API token as the API shows one; never the token itself. */
export const tokenView = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles).nullable(),
  scopes: z.array(z.enum(scopes)).nullable(),
  createdAt: z.number(),
  expiresAt: z.number(),
  usedAt: z.number().nullable(),
});

export function viewToken(token: ApiToken): z.input<typeof tokenView> {
  const { userId: _, scopes: held, ...shown } = token;
  return { ...shown, scopes: held && [...held] };
}
