import { XmlDocument } from 'libxml2-wasm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { open } from '../../protocol/envelope.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { findKey } from '../protocol/messages.ts';
import { arrangements, identities, insertions, moves, original, textForms } from './wrapping-shapes.ts';

/** The same document so that it has to be brought into its canonical form: the fast way of opening declines it. */
const inAnotherWriting = (xml: string) => xml.replace(/>$/, ' >');

/** The code of the refusal, of the constant unauthenticated class; undefined when the document says what was signed. */
function refusal(xml: string): string | undefined {
  try {
    const { message, digest, canonical } = open(Buffer.from(xml), findKey);
    const { opened } = original;
    expect({ message, digest, canonical }, xml).toEqual({
      message: opened.message,
      digest: opened.digest,
      canonical: opened.canonical,
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (!error.unauthenticated || error.sender) expect.fail(`taken for the vendor's: ${xml}`);
    return error.code;
  }
}

/** Opens all shapes both ways: how many of them said what was signed, and the codes that refused the others. */
function openAll(shapes: Iterable<string>) {
  const codes = new Set<string>();
  let [tried, same] = [0, 0];
  for (const xml of new Set(shapes)) {
    tried += 1;
    for (const written of [xml, inAnotherWriting(xml)]) {
      const code = refusal(written);
      if (code === undefined) same += 1;
      else codes.add(code);
    }
  }
  return { tried, same, codes: [...codes].toSorted() };
}

afterEach(() => vi.restoreAllMocks());

describe('signature wrapping', () => {
  it('is tried on both ways of opening', () => {
    const parsing = vi.spyOn(XmlDocument, 'fromString');
    expect(refusal(original.xml)).toBeUndefined();
    expect(parsing).not.toHaveBeenCalled();
    expect(refusal(inAnotherWriting(original.xml))).toBeUndefined();
    expect(parsing).toHaveBeenCalledOnce();
  });

  it('by any order and number of headers, bodies, signatures and messages opens nothing', () => {
    const { tried, same, codes } = openAll(arrangements());
    expect(tried).toBeGreaterThan(1_500);
    // The message itself, as it stands and as it is in the list of whole documents.
    expect(same).toBe(2);
    expect(codes).toEqual([
      'digest',
      'misplaced-element',
      'namespace',
      'not-well-formed',
      'sender-missing',
      'signature-missing',
      'trailing-content',
      'unknown-key',
    ]);
  });

  it('by the original or its parts, hidden at any place of a forged message, opens nothing', () => {
    const { tried, same, codes } = openAll(insertions());
    expect(tried).toBeGreaterThan(4_000);
    expect(same).toBe(0);
    expect(codes).toEqual([
      'digest',
      'misplaced-element',
      'mixed-content',
      'namespace',
      'sender-missing',
      'signature-missing',
      'signature-profile',
      'too-deep',
      'trailing-content',
      'unknown-key',
    ]);
  });

  it('by moving, doubling or leaving out any element opens nothing', () => {
    const { tried, same, codes } = openAll(moves());
    expect(tried).toBeGreaterThan(3_000);
    expect(same).toBe(2);
    expect(codes).toEqual([
      'digest',
      'empty',
      'misplaced-element',
      'mixed-content',
      'namespace',
      'sender-missing',
      'signature-algorithm',
      'signature-missing',
      'signature-profile',
      'trailing-content',
    ]);
  });

  it('by identities and references to them opens nothing', () => {
    const { tried, same, codes } = openAll(identities());
    expect(tried).toBeGreaterThan(1_000);
    expect(same).toBe(0);
    expect(codes).toEqual(['digest', 'foreign-prefix', 'id-attribute', 'namespace', 'signature-profile']);
  });

  it('by comments, instructions, sections, entities and odd white space in any text changes nothing', () => {
    const { tried, same, codes } = openAll(textForms());
    expect(tried).toBeGreaterThan(3_000);
    // White space in base64 is no part of the value.
    expect(same).toBeGreaterThan(10);
    expect(codes).toEqual([
      'base64',
      'carriage-return',
      'digest',
      'forbidden-character',
      'markup-declaration',
      'misplaced-element',
      'mixed-content',
      'namespace',
      'not-well-formed',
      'processing-instruction',
      'reference',
      'signature',
      'signature-algorithm',
      'signature-profile',
    ]);
  });
});
