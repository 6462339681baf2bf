import { z } from 'zod';
import { checkLead, ProtocolError, type Attachment } from '../../../protocol/index.ts';

/** As many as a Return has room for. */
const mostProofs = 5;

/**
 * What people read of proofs: only what lies behind TLS and needs no name and password in its address; written so that no
 * letter of another script passes for one of ours.
 */
export const showProofs = (proofs: readonly Attachment[]): Attachment[] =>
  proofs.filter(isShowable).map((proof) => ({ ...proof, url: new URL(proof.url).href }));

function isShowable({ url }: Attachment): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password } = new URL(url);
  return protocol === 'https:' && username === '' && password === '';
}

/** Where the proofs of a return lie: addresses for people, that no node ever fetches. */
export const returnProofs = z
  .array(
    z
      .strictObject({ url: z.string(), mediaType: z.string().optional(), title: z.string().optional() })
      .superRefine((proof, at) => {
        const fault = findFault(proof);
        if (fault) at.addIssue({ code: 'custom', ...fault });
      }),
  )
  .max(mostProofs);

function findFault(proof: object): { path: string[]; message: string } | undefined {
  try {
    const [checked] = checkLead({ attachments: [proof] }).attachments ?? [];
    if (checked && isShowable(checked)) return undefined;
    return { path: ['url'], message: 'is not an https address without a name and password' };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { path: [error.path?.split('.').at(-1) ?? 'url'], message: 'does not fit the schema of a Return' };
  }
}
