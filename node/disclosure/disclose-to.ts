import type { Context } from '../kernel/context.ts';
import { compileDisclosure, type Discloser } from './decide-disclosure.ts';
import type { OfferMode, Recipient } from './decide-field.ts';
import { listPolicies } from './store.ts';

/** Who decides what a recipient is shown of leads that are offered in this mode. */
export type DiscloseTo = (recipient: Recipient, mode: OfferMode) => Discloser;

/** All policies as they are now, ready to decide: offers and previews are made by the same. Reads once, then no statement. */
export async function readDiscloseTo(ctx: Context): Promise<DiscloseTo> {
  const policies = await listPolicies(ctx);
  const disclosers = new Map<string, Discloser>();
  return (recipient, mode) => {
    const key = `${mode} ${recipient.kind} ${recipient.id ?? ''}`;
    const discloser = disclosers.get(key) ?? compileDisclosure(policies, recipient, mode);
    disclosers.set(key, discloser);
    return discloser;
  };
}
