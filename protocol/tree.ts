/** One element as the tokenizer found it or the writer made it. Mixed content does not exist on this wire. */
export interface XmlElement {
  /** With its prefix, for example "l:Contact". */
  readonly name: string;
  readonly attributes: readonly (readonly [string, string])[];
  readonly children: readonly XmlElement[];
  /** Decoded character data; '' when there are children. */
  readonly text: string;
}

/** The namespace of lead documents and messages, always bound to the prefix `l`. */
export const leadNamespace = 'urn:lead-exchange:1';
/** The namespace of XML-Signature, always bound to the prefix `ds`. */
export const signatureNamespace = 'http://www.w3.org/2000/09/xmldsig#';

/** Character data as exclusive C14N writes it. CR cannot occur: no document of this protocol holds one. */
export function escapeText(text: string): string {
  if (!/[&<>]/.test(text)) return text;
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** An attribute value as exclusive C14N writes it, between double quotes. */
export function escapeAttribute(value: string): string {
  if (!/[&<"\t\n]/.test(value)) return value;
  return value
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/"/g, '&quot;')
    .replace(/\t/g, '&#x9;')
    .replace(/\n/g, '&#xA;');
}

/** Namespace declarations come first, then attributes by name; none of ours has a prefix. */
const attributeOrder = (name: string) => (name.startsWith('xmlns') ? ` ${name}` : name);

function writeAttributes(attributes: XmlElement['attributes']): string {
  if (attributes.length === 0) return '';
  const sorted =
    attributes.length === 1
      ? attributes
      : attributes.toSorted(([a], [b]) => (attributeOrder(a) < attributeOrder(b) ? -1 : 1));
  let text = '';
  for (const [name, value] of sorted) text += ` ${name}="${escapeAttribute(value)}"`;
  return text;
}

/** The element's exclusive C14N form, given that namespaces are declared on the root and on ds:Signature only. */
export function writeElement(element: XmlElement): string {
  const open = `<${element.name}${writeAttributes(element.attributes)}>`;
  if (element.children.length === 0) return `${open}${escapeText(element.text)}</${element.name}>`;
  let inner = '';
  for (const child of element.children) inner += writeElement(child);
  return `${open}${inner}</${element.name}>`;
}
