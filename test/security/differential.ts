import { hash, sign } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { canonicalParts } from '../../protocol/canonical.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { gateBytes } from '../../protocol/gate.ts';
import { scan } from '../../protocol/scan.ts';
import { writeSignature } from '../../protocol/signature.ts';
import { verifyDocument } from '../../protocol/signed-document.ts';
import { openWithXmlCrypto } from '../../protocol/witness.ts';
import { findKey, vendor } from '../protocol/messages.ts';
import type { Mutant } from './mutants.ts';
import { readFastXmlParser, readLibxml, readOurs, readXmldom, type Reading } from './readings.ts';

/** What became of a mutant. `fault` says who read something else than we did: it must never be there. */
export interface Finding {
  readonly seed: number;
  readonly xml: string;
  /** The code of the gate that refused it: then nobody needs to agree. */
  readonly refused?: string;
  readonly fault?: string;
  /** Where the content could be signed anew: the signed document and the text that we say is signed. */
  readonly signed?: { readonly xml: string; readonly canonical: string };
}

/** The result, or the code of the refusal. */
function attempt<T>(work: () => T): { value: T } | { code: string } {
  try {
    return { value: work() };
  } catch (error) {
    if (error instanceof ProtocolError) return { code: error.code };
    throw error;
  }
}

/** White space in attributes is one space each for XML; fast-xml-parser leaves it as it is. */
const spaced = ([name, attributes, inner]: Reading): Reading => [
  name,
  attributes.map(([key, value]) => [key, value.replaceAll(/[\t\n]/g, ' ')]),
  typeof inner === 'string' ? inner : inner.map(spaced),
];

const readers: readonly [string, (xml: string) => Reading, (reading: Reading) => Reading][] = [
  ['libxml2', readLibxml, (reading) => reading],
  ['xmldom', readXmldom, (reading) => reading],
  ['fast-xml-parser', readFastXmlParser, spaced],
];

/** Who reads other names, values or texts than we do; undefined when all agree. */
function disagreement(xml: string, ours: Reading): string | undefined {
  for (const [name, read, form] of readers) {
    let theirs: Reading;
    try {
      theirs = read(xml);
    } catch (error) {
      // fast-xml-parser knows names that it never reads: those of JavaScript's own objects.
      if (String(error).includes('[SECURITY] Invalid name')) continue;
      return `${name} does not read it: ${String(error)}`;
    }
    if (!isDeepStrictEqual(form(theirs), form(ours))) return `${name} reads something else`;
  }
  return undefined;
}

/** The content with a signature that is good, as software that knows nothing of our gates would make it by libxml2. */
function signAnew(unsigned: string): string | undefined {
  const end = unsigned.lastIndexOf('</');
  const { kid } = vendor.key;
  const block = (digest: string, value: string) => writeSignature({ algorithm: 'ecdsa-sha256', digest, value, kid });
  const put = (digest: string, value: string) => unsigned.slice(0, end) + block(digest, value) + unsigned.slice(end);
  const zero = Buffer.alloc(32).toString('base64');
  const bare = attempt(() => gateBytes(Buffer.from(put(zero, zero))));
  if (!('value' in bare)) return undefined;
  const parts = attempt(() => canonicalParts(bare.value));
  if (!('value' in parts)) return undefined;
  const digest = hash('sha256', parts.value.document, 'base64');
  const { signedInfo } = canonicalParts(gateBytes(Buffer.from(put(digest, zero))));
  const value = sign('sha256', Buffer.from(signedInfo), { key: vendor.key.privateKey, dsaEncoding: 'ieee-p1363' });
  return put(digest, value.toString('base64'));
}

/** Lets everybody read a mutant, as it is and signed anew. `thorough` asks xml-crypto as well, which takes its time. */
export function judge({ seed, xml, unsigned }: Mutant, thorough: boolean): Finding {
  const scanned = attempt(() => scan(gateBytes(Buffer.from(xml))));
  if ('code' in scanned) return { seed, xml, refused: scanned.code };
  const fault = disagreement(xml, readOurs(scanned.value));
  if (fault !== undefined) return { seed, xml, fault };
  const again = unsigned === undefined ? undefined : signAnew(unsigned);
  // A mutant that was not signed anew is taken only where it still says what was signed: xml-crypto must agree.
  const opened = attempt(() => verifyDocument(Buffer.from(again ?? xml), findKey));
  if ('code' in opened) {
    // Only limits and the sender's name keep a good signature from being taken.
    if (again === undefined || /^(sender-missing|unknown-key|too-many-elements|too-deep)$/.test(opened.code))
      return { seed, xml };
    return { seed, xml: again, fault: `refused as ${opened.code}, though it was signed well` };
  }
  const { canonical, root } = opened.value;
  const signed = { xml: again ?? xml, canonical };
  const content = disagreement(canonical, readOurs(root));
  if (content !== undefined) return { seed, xml: signed.xml, fault: `in the signed text, ${content}` };
  if (!thorough) return { seed, xml, signed };
  const witness = attempt(() => openWithXmlCrypto(signed.xml.replace(/^<\?xml[^>]*>/, ''), vendor.key));
  if ('value' in witness && witness.value === canonical) return { seed, xml, signed };
  return { seed, xml: signed.xml, fault: 'xml-crypto reads something else' };
}
