import { checkBeyondSchema } from './beyond-schema.ts';
import { compileCheck } from './check.ts';
import { ProtocolError } from './errors.ts';
import { messageTypes, simpleTypes, type AnyMessage, type Extensions } from './generated.ts';
import { compileMaker } from './make-element.ts';
import { compileReader } from './read-element.ts';
import { textFault } from './text.ts';
import { leadNamespace, type XmlElement } from './tree.ts';
import { harmlessName, schemaError, type Where } from './where.ts';

/** The version of the protocol our documents are written in. */
const protocolVersion = '1';

const compiled = (type: string) => ({ check: compileCheck(type), make: compileMaker(type), read: compileReader(type) });
const headers = compiled('Header');
const additions = compiled('Extensions');
const bodies = new Map(messageTypes.map((type) => [`l:${type}`, { type, ...compiled(type) }]));

const header: Where = { up: undefined, property: 'header' };
const body: Where = { up: undefined, property: 'body' };
const outside: Where = { up: undefined, property: 'extensions' };

function bodyOf(type: string) {
  const found = bodies.get(`l:${type}`);
  if (!found) throw schemaError({ up: header, property: 'type' }, 'is none of the values allowed here');
  return found;
}

/** Checks a message and makes its document, without signature. Throws ProtocolError `schema`. */
export function writeMessage(message: AnyMessage): XmlElement {
  const head = headers.check(message.header, header);
  const { type, check, make } = bodyOf(message.header.type);
  const checked = check(message.body, body);
  checkBeyondSchema(type, head, checked);
  const inside = make(`l:${type}`, checked);
  return {
    name: 'l:Message',
    attributes: [
      ['xmlns:l', leadNamespace],
      ['Version', protocolVersion],
    ],
    children: [
      headers.make('l:Header', head),
      { name: 'l:Body', attributes: [], children: [inside], text: '' },
      ...makeExtensions(message),
    ],
    text: '',
  };
}

function makeExtensions({ extensions = [] }: AnyMessage): XmlElement[] {
  if (extensions.length === 0) return [];
  return [additions.make('l:Extensions', additions.check({ extensions }, outside))];
}

/**
 * Reads a document whose signature has been taken off. Strict: everything the schema does not allow throws ProtocolError
 * `schema`; an extension that must be understood and is not in `understood` (URIs) throws `not-understood`.
 */
export function readMessage(root: XmlElement, understood: ReadonlySet<string> = new Set()): AnyMessage {
  if (root.name !== 'l:Message') throw schemaError(undefined, `is no message${harmlessName(root.name)}`);
  checkVersion(root);
  const [headElement, bodyElement, extensions, ...more] = root.children;
  if (headElement?.name !== 'l:Header') throw schemaError(header, 'is missing');
  if (bodyElement?.name !== 'l:Body') throw schemaError(body, 'is missing');
  if (more[0]) throw schemaError(undefined, `has an unknown element${harmlessName(more[0].name)}`);
  const added = extensions && readExtensions(extensions);
  const head = headers.read(headElement, header);
  const [inside, ...others] = bodyElement.children;
  if (!inside || others.length > 0 || bodyElement.attributes.length > 0) {
    throw schemaError(body, 'does not hold exactly one message');
  }
  const found = bodies.get(inside.name);
  if (!found) throw schemaError(body, `is an unknown message${harmlessName(inside.name)}`);
  const read = found.read(inside, body);
  checkBeyondSchema(found.type, head, read);
  for (const { uri, mustUnderstand } of added ?? []) {
    if (mustUnderstand && !understood.has(uri)) {
      throw new ProtocolError('not-understood', 'An extension that must be understood is not known here.');
    }
  }
  return { header: head, body: read, ...(added && { extensions: added }) } as unknown as AnyMessage;
}

const versionFault = simpleTypes['MessageVersion'] && textFault(simpleTypes['MessageVersion']);

function checkVersion({ attributes }: XmlElement): void {
  const version: Where = { up: undefined, property: 'version' };
  let found = false;
  for (const [name, value] of attributes) {
    if (name === 'xmlns:l' && value === leadNamespace) continue;
    if (name !== 'Version') throw schemaError(undefined, `has an unknown attribute${harmlessName(name)}`);
    const fault = versionFault?.(value);
    if (fault !== undefined) throw schemaError(version, fault);
    found = true;
  }
  if (!found) throw schemaError(version, 'is missing');
}

function readExtensions(element: XmlElement): Extensions['extensions'] {
  if (element.name !== 'l:Extensions')
    throw schemaError(undefined, `has an unknown element${harmlessName(element.name)}`);
  return (additions.read(element, outside) as Extensions).extensions;
}
