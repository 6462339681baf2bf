import { readFileSync } from 'node:fs';
import { XmlC14NMode, XmlDocument, XmlLibError, xmlRegisterInputProvider, XsdValidator } from 'libxml2-wasm';
import { fsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';
import { complexTypes, simpleTypes } from '../../protocol/generated.ts';
import { writeSignature } from '../../protocol/signature.ts';
import { writeElement, type XmlElement } from '../../protocol/tree.ts';

xmlRegisterInputProvider(fsInputProviders);
const folder = new URL('../../schemas/', import.meta.url).pathname;

function compile(xsd: string): XsdValidator {
  using document = XmlDocument.fromString(xsd, { url: `${folder}for-tests.xsd` });
  return XsdValidator.fromDoc(document);
}

/** Every type as a global element of its name with `type-` before it, so that each can be asked on its own. */
const everyType = [...Object.keys(simpleTypes), ...Object.keys(complexTypes)]
  .map((name) => `<xs:element name="type-${name}" type="l:${name}"/>`)
  .join('');
const typesValidator = compile(
  `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:l="urn:lead-exchange:1"
    targetNamespace="urn:lead-exchange:1"><xs:include schemaLocation="exchange.xsd"/>${everyType}</xs:schema>`,
);
const exchangeValidator = compile(readFileSync(`${folder}exchange.xsd`, 'utf8'));

function verdict(validator: XsdValidator, xml: string): string | undefined {
  try {
    using document = XmlDocument.fromString(xml);
    validator.validate(document);
    return undefined;
  } catch (error) {
    if (error instanceof XmlLibError) return error.message;
    throw error;
  }
}

/** What libxml2 finds wrong with a document by schemas/exchange.xsd; undefined when it is valid. */
export const schemaFault = (xml: string) => verdict(exchangeValidator, xml);
/** The same with an element `l:type-<Name>` for every type. */
export const typeFault = (xml: string) => verdict(typesValidator, xml);

/** What libxml2 reads as the text of a one-element document; undefined when it does not read it. */
export function textByWitness(xml: string): string | undefined {
  try {
    using document = XmlDocument.fromString(xml);
    return document.root.content;
  } catch {
    return undefined;
  }
}

export function canonicalByWitness(xml: string): string {
  using document = XmlDocument.fromString(xml);
  return document.canonicalizeToString({ mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 });
}

const signature = writeSignature({
  algorithm: 'ecdsa-sha256',
  digest: Buffer.alloc(32, 7).toString('base64'),
  value: Buffer.alloc(64, 9).toString('base64'),
  kid: 'k'.repeat(22),
});

/** The document with a signature that has the right form, though it signs nothing: what the schema wants to see. */
export function withSignature(root: XmlElement): string {
  const closing = `</${root.name}>`;
  return writeElement(root).slice(0, -closing.length) + signature + closing;
}
