import { ProtocolError } from './errors.ts';

/** A place in a document, built while walking down and only written out when something is wrong there. */
export interface Where {
  readonly up: Where | undefined;
  readonly property: string;
  /** In a list; undefined for a single value. */
  readonly index?: number;
}

function pathOf(where: Where | undefined): string {
  if (!where) return '';
  const up = pathOf(where.up);
  const here = where.index === undefined ? where.property : `${where.property}[${where.index}]`;
  return up === '' ? here : `${up}.${here}`;
}

/** The refusal of a document that breaks the schema. `detail` never holds a value of the document. */
export function schemaError(where: Where | undefined, detail: string): ProtocolError {
  return new ProtocolError('schema', detail, { path: pathOf(where) });
}

/** The name of a foreign key or element, when it is harmless to repeat: a stranger may have put personal data there. */
export function harmlessName(name: string): string {
  return /^[A-Za-z][A-Za-z0-9:_-]{0,39}$/.test(name) ? ` "${name}"` : '';
}
