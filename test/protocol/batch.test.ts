import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchLimits, countFitting, readBatch, writeBatch } from '../../protocol/batch.ts';
import { open, seal } from '../../protocol/envelope.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { findKey, message, messageTypes, vendor } from './messages.ts';

const code = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof ProtocolError ? `${error.code} ${error.unauthenticated}` : String(error);
  }
};
const bytes = (...numbers: number[]) => Uint8Array.from(numbers);
const anyDocument = fc.uint8Array({ maxLength: 2_000 });

describe('a frame of documents', () => {
  it('gives back what was put in, in order, and each document opens by itself', () => {
    const sealed = messageTypes.map((type) => seal(message(type), vendor.key).xml);
    const found = readBatch(writeBatch(sealed));
    expect(found.map((document) => Buffer.from(document).toString())).toEqual(sealed);
    expect(found.map((document) => open(document, findKey).message.header.type)).toEqual(messageTypes);
  });

  it('is nothing but lengths and bytes', () => {
    expect([...writeBatch([bytes(1, 2, 3), '', 'é'])]).toEqual([
      0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0xc3, 0xa9,
    ]);
    fc.assert(
      fc.property(fc.array(anyDocument, { minLength: 1, maxLength: 100 }), (documents) => {
        expect(readBatch(writeBatch(documents)).map((found) => [...found])).toEqual(documents.map((one) => [...one]));
      }),
    );
  });

  it('holds up to its limits, and no more', () => {
    const hundred = Array.from({ length: 100 }, () => 'x');
    expect(readBatch(writeBatch(hundred))).toHaveLength(100);
    expect(code(() => writeBatch([...hundred, 'x']))).toBe('batch-too-many true');
    const full = 'x'.repeat(batchLimits.bytes - 4);
    expect(readBatch(writeBatch([full]))).toHaveLength(1);
    expect(code(() => writeBatch([`${full}x`]))).toBe('batch-too-large true');
    expect(code(() => writeBatch([]))).toBe('batch-empty true');
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', bytes(), 'batch-empty true'],
    ['half of a length', bytes(0, 0, 0), 'batch-truncated true'],
    ['a length and no document', bytes(0, 0, 0, 1), 'batch-truncated true'],
    ['a document that is cut off', bytes(0, 0, 0, 3, 65, 66), 'batch-truncated true'],
    ['a length of four gigabytes', bytes(255, 255, 255, 255, 65), 'batch-truncated true'],
    ['a length below zero for careless readers', bytes(128, 0, 0, 0, 65), 'batch-truncated true'],
    ['bytes after the last document', bytes(0, 0, 0, 1, 65, 0), 'batch-truncated true'],
    ['a plain document', Buffer.from('<l:Message></l:Message>'), 'batch-truncated true'],
    ['101 empty documents', new Uint8Array(404), 'batch-too-many true'],
    ['more than a mebibyte', new Uint8Array(batchLimits.bytes + 1), 'batch-too-large true'],
  ])('is refused as a whole when it is %s', (_, frame, refusal) => {
    expect(code(() => readBatch(frame))).toBe(refusal);
  });

  it('is read or refused with a code, whatever it is, and never reads beyond itself', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (frame) => {
        const inside = new Uint8Array(frame.length + 8).fill(7);
        inside.set(frame, 4);
        const view = inside.subarray(4, 4 + frame.length);
        const refusal = code(() => readBatch(view));
        if (refusal === undefined) {
          const documents = readBatch(view);
          expect(documents.reduce((sum, one) => sum + 4 + one.length, 0)).toBe(frame.length);
        } else expect(refusal).toMatch(/^batch-[a-z-]+ true$/);
      }),
      { numRuns: 500 },
    );
  });

  it('lets one bad document harm no other', () => {
    const good = seal(message('Award'), vendor.key).xml;
    const long = 'x'.repeat(300_000);
    const answers = readBatch(writeBatch([good, 'rubbish', long, '', good])).map((document) =>
      code(() => open(document, findKey)),
    );
    expect(answers).toEqual([undefined, 'not-well-formed true', 'too-large true', 'empty true', undefined]);
  });

  it('is filled with what fits, by our limits and the receiver’s', () => {
    const documents = Array.from({ length: 150 }, () => 'é'.repeat(50));
    expect(countFitting(documents)).toBe(100);
    expect(countFitting(documents, { documents: 7 })).toBe(7);
    expect(countFitting(documents, { bytes: 104 * 3 + 103 })).toBe(3);
    expect(countFitting(documents, { documents: 1_000, bytes: 2 ** 40 })).toBe(100);
    expect(countFitting(['x'.repeat(batchLimits.bytes)])).toBe(0);
    expect(writeBatch(documents.slice(0, countFitting(documents)))).toHaveLength(10_400);
  });
});
