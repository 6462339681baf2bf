import { compileCheck, type JsonObject } from './check.ts';
import { messageTypes, simpleTypes, type AnyMessage, type MessageType } from './generated.ts';
import { compileMaker } from './make-element.ts';
import { compileReader } from './read-element.ts';
import { textFault } from './text.ts';
import { leadNamespace, type XmlElement } from './tree.ts';
import { harmlessName, schemaError, type Where } from './where.ts';

/** The version of the protocol our documents are written in. */
const protocolVersion = '1';

const compiled = (type: string) => ({ check: compileCheck(type), make: compileMaker(type), read: compileReader(type) });
const headers = compiled('Header');
const bodies = new Map(messageTypes.map((type) => [`l:${type}`, { type, ...compiled(type) }]));

const header: Where = { up: undefined, property: 'header' };
const body: Where = { up: undefined, property: 'body' };
const mostExtensions = 16;

function bodyOf(type: string) {
  const found = bodies.get(`l:${type}`);
  if (!found) throw schemaError({ up: header, property: 'type' }, 'is none of the values allowed here');
  return found;
}

/** What no schema can say of a header; see the head of schemas/exchange.xsd. */
function checkHeader(fields: JsonObject, type: MessageType): void {
  if (fields['type'] !== type) throw schemaError({ up: header, property: 'type' }, 'is not the name of the body');
  if (fields['to'] === '*' && type !== 'Capabilities') {
    throw schemaError({ up: header, property: 'to' }, 'names everyone, which only Capabilities may');
  }
}

/** Checks a message and makes its document, without signature. Throws ProtocolError `schema`. */
export function writeMessage(message: AnyMessage): XmlElement {
  const head = headers.check(message.header, header);
  const { type, check, make } = bodyOf(message.header.type);
  checkHeader(head, type);
  const inside = make(`l:${type}`, check(message.body, body));
  return {
    name: 'l:Message',
    attributes: [
      ['xmlns:l', leadNamespace],
      ['Version', protocolVersion],
    ],
    children: [headers.make('l:Header', head), { name: 'l:Body', attributes: [], children: [inside], text: '' }],
    text: '',
  };
}

/** Reads a document whose signature has been taken off. Strict: everything the schema does not allow throws ProtocolError `schema`. */
export function readMessage(root: XmlElement): AnyMessage {
  if (root.name !== 'l:Message') throw schemaError(undefined, `is no message${harmlessName(root.name)}`);
  checkVersion(root);
  const [headElement, bodyElement, extensions, ...more] = root.children;
  if (headElement?.name !== 'l:Header') throw schemaError(header, 'is missing');
  if (bodyElement?.name !== 'l:Body') throw schemaError(body, 'is missing');
  if (more[0]) throw schemaError(undefined, `has an unknown element${harmlessName(more[0].name)}`);
  if (extensions) checkExtensions(extensions);
  const head = headers.read(headElement, header);
  const [inside, ...others] = bodyElement.children;
  if (!inside || others.length > 0 || bodyElement.attributes.length > 0) {
    throw schemaError(body, 'does not hold exactly one message');
  }
  const found = bodies.get(inside.name);
  if (!found) throw schemaError(body, `is an unknown message${harmlessName(inside.name)}`);
  checkHeader(head, found.type);
  return { header: head, body: found.read(inside, body) } as unknown as AnyMessage;
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

/** Extensions may hold anything of other namespaces; this version of the protocol knows none and ignores them. */
function checkExtensions({ name, attributes, children, text }: XmlElement): void {
  if (name !== 'l:Extensions') throw schemaError(undefined, `has an unknown element${harmlessName(name)}`);
  const where: Where = { up: undefined, property: 'extensions' };
  if (attributes.length > 0 || /[^ \t\n]/.test(text)) throw schemaError(where, 'holds more than elements');
  if (children.length > mostExtensions) throw schemaError(where, `holds more than ${mostExtensions}`);
  for (const child of children) {
    const foreign = /^(?!l:|ds:)[^:]+:/.test(child.name);
    if (!foreign) throw schemaError(where, `holds an element of this protocol${harmlessName(child.name)}`);
  }
}
