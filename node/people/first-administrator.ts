import { type Context, transact } from '../kernel/context.ts';
import { createUser } from './create-user.ts';
import { createSignInLink } from './sign-in-link.ts';
import { listAdministrators, lockTree } from './store.ts';

/**
 * On the first start makes an administrator; returns a one-time sign-in link as long as no administrator ever signed in.
 * Of two processes that start together one makes the administrator.
 */
export async function makeFirstAdministrator(ctx: Context): Promise<string | undefined> {
  return transact(ctx, async (tx) => {
    await lockTree(tx);
    const administrators = await listAdministrators(tx);
    if (administrators.some((each) => each.signedInAt !== null)) return undefined;
    const email = `administrator@${tx.config.nodeId}`;
    const first = administrators[0] ?? (await createUser(tx, { email, name: 'Administrator', role: 'administrator' }));
    return (await createSignInLink(tx, first.id)).url;
  });
}
