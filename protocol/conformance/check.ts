import type { Level } from '../index.ts';
import type { Kit } from './kit.ts';

/** Whom the kit plays: it offers leads, it is offered leads, or it attacks. */
export const roles = ['vendor', 'reseller', 'hostile'] as const;
export type Role = (typeof roles)[number];

/** One thing a conforming node does. Everything but `run` is shown to people. */
export interface Check {
  /** Unique, kebab-case. */
  readonly name: string;
  readonly role: Role;
  readonly level: Level;
  /** Requirements of docs/protocol.md, such as LX-051. */
  readonly requirements: readonly string[];
  readonly sends: string;
  readonly expects: string;
  /** Throws `Unmet` when the node does something else, `NotRun` when that could not be found out. */
  readonly run: (kit: Kit) => Promise<void>;
}

/** The node under test broke what the check expects. */
export class Unmet extends Error {}

/** The check could not be carried out: it says nothing about the node. */
export class NotRun extends Error {}

/** Throws `Unmet` with what was found instead. */
export function meets(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Unmet(otherwise);
}

type Run = Check['run'];

/** Declares checks of one role and level, a few lines each: name, requirements, what is sent, what must come back. */
export function checksOf(role: Role, level: Level) {
  return (name: string, requirements: string, [sends, expects]: readonly [string, string], run: Run): Check => ({
    ...{ name, role, level, sends, expects, run },
    requirements: requirements.split(' '),
  });
}
