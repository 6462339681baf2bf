import { hash } from 'node:crypto';
import type { Tx } from '../kernel/context.ts';
import { appendLeaf } from '../ledger/append-leaf.ts';
import type { FormDefinition } from './form.ts';
import { getForm, saveForm } from './store.ts';

interface FormChange {
  readonly definition: FormDefinition;
  /** Whether it is shown. */
  readonly active: boolean;
  readonly by: string;
}

/** Makes a hosted form, or changes the one of this name; the ledger tells who did, and the digest of what it is now. */
export async function changeForm(tx: Tx, slug: string, { definition, active, by }: FormChange): Promise<void> {
  await saveForm(tx, slug, definition, active);
  const { id: form, version } = await getForm(tx, slug);
  const digest = hash('sha256', JSON.stringify(definition), 'base64');
  await appendLeaf(tx, 'form-saved', { form, version, active, digest, by });
}
