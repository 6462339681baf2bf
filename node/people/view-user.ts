import { z } from 'zod';
import { roles, scopes } from '../kernel/routes.ts';
import { when, whenever } from '../kernel/times.ts';
import type { User } from './store.ts';
import type { ApiToken } from './store/tokens.ts';

/** A time as the API shows it: ISO 8601, UTC. */
export const time = z.iso.datetime();

/** A user as the API shows one. */
export const userView = z.strictObject({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  managerId: z.string().nullable(),
  active: z.boolean(),
  availability: z.enum(['available', 'absent']),
  signedInAt: time.nullable(),
  createdAt: time,
});

export function viewUser(user: User): z.input<typeof userView> {
  const { updatedAt: _, ...shown } = user;
  return { ...shown, signedInAt: whenever(user.signedInAt), createdAt: when(user.createdAt) };
}

/** An API token as the API shows one; never the token itself. */
export const tokenView = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles).nullable(),
  scopes: z.array(z.enum(scopes)).nullable(),
  createdAt: time,
  expiresAt: time,
  usedAt: time.nullable(),
});

export function viewToken(token: ApiToken): z.input<typeof tokenView> {
  const { userId: _, scopes: held, ...shown } = token;
  return {
    ...shown,
    scopes: held && [...held],
    createdAt: when(token.createdAt),
    expiresAt: when(token.expiresAt),
    usedAt: whenever(token.usedAt),
  };
}
