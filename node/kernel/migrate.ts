import type { Kysely } from 'kysely';

/** One frozen change to the tables. It imports nothing of ours but this type. */
export interface Migration {
  /** `NNNN-name`, the file's name; migrations run in this order. */
  readonly name: string;
  readonly up: (db: Kysely<any>, types: { readonly bytes: 'blob' | 'bytea' }) => Promise<void>;
}
