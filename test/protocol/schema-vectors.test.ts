import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../protocol/errors.ts';
import { gateBytes } from '../../protocol/gate.ts';
import { checkLead, readLead, writeLead } from '../../protocol/lead.ts';
import { scan } from '../../protocol/scan.ts';
import { readMessage, writeMessage } from '../../protocol/xml.ts';
import { schemaFault } from './schema-witness.ts';

interface Vector {
  readonly file: string;
  readonly kind: 'lead' | 'message';
  readonly outcome: string;
  readonly path?: string;
  readonly why: string;
}
const folder = new URL('../../schemas/vectors/', import.meta.url);
const { vectors } = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as { vectors: Vector[] };
const mine = vectors.filter(({ file }) => /^(valid|invalid)\//.test(file));

/** No schema can say these; see the head of schemas/exchange.xsd. */
const beyondSchema = new Set(['invalid/message-type-is-not-body.xml', 'invalid/message-to-everyone.xml']);

function read({ kind }: Vector, bytes: Buffer): void {
  if (kind === 'lead') {
    const lead = readLead(bytes.toString('utf8'));
    expect(checkLead(lead)).toEqual(lead);
    expect(readLead(writeLead(lead))).toEqual(lead);
    return;
  }
  const root = scan(gateBytes(bytes));
  const message = readMessage({ ...root, children: root.children.slice(0, -1) });
  expect(readMessage(writeMessage(message))).toEqual(message);
}

function outcomeOf(vector: Vector, bytes: Buffer): { outcome: string; path?: string | undefined } {
  try {
    read(vector, bytes);
    return { outcome: 'valid' };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return error.code === 'schema' ? { outcome: error.code, path: error.path } : { outcome: error.code };
  }
}

describe('the vectors', () => {
  it.each(mine)('$file: $why', (vector) => {
    const bytes = readFileSync(new URL(vector.file, folder));
    const { outcome, path } = vector;
    expect(outcomeOf(vector, bytes)).toEqual(path === undefined ? { outcome } : { outcome, path });
    const validBySchema = schemaFault(bytes.toString('utf8')) === undefined;
    if (outcome === 'valid' || outcome === 'schema') {
      expect(validBySchema).toBe(outcome === 'valid' || beyondSchema.has(vector.file));
    }
  });

  it('are all in the manifest, and the manifest names no others', () => {
    const files = ['valid', 'invalid'].flatMap((part) =>
      readdirSync(new URL(part, folder)).map((name) => `${part}/${name}`),
    );
    expect(mine.map(({ file }) => file).toSorted()).toEqual(files.toSorted());
  });
});
