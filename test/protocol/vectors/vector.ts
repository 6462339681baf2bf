/** One line of schemas/vectors/manifest.json. */
export interface Vector {
  readonly file: string;
  readonly kind: 'lead' | 'message' | 'signed' | 'batch';
  /** Name of the signing key in keys.json. */
  readonly key?: string;
  /** `problem`: a signed Problem; `unauthenticated`: the constant 401; `refused`: lead documents, which nobody answers. */
  readonly verdict: 'valid' | 'problem' | 'unauthenticated' | 'refused';
  readonly code?: string;
  /** Who receives it, if not the receiver of all. */
  readonly receiver?: string;
  /** Where the schema is broken. */
  readonly path?: string;
  readonly requirement: string;
  readonly why: string;
}

/** Who receives the signed vectors, and when. */
export const receiver = { nodeId: 'reseller.example', now: '2026-03-14T09:27:00.000Z' } as const;

export interface MadeVector extends Vector {
  readonly bytes: string | Uint8Array;
}
