import fc from 'fast-check';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkpointKey, readCheckpoint, signCheckpoint } from '../../node/ledger/checkpoint.ts';
import { leafHash } from '../../node/ledger/hash.ts';
import { noteKey, readNote, readNoteKey, signNote } from '../../node/ledger/signed-note.ts';
import { onDatabase } from '../support/databases.ts';

describe('a signed note', () => {
  /** The example of Go's package golang.org/x/mod/sumdb/note. */
  const peter = readNoteKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
  const example =
    'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n\n'
      .replace('’', "'")
      .concat(
        '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
      );

  it('of others is read', () => {
    const note = readNote(example);
    expect(note.text).toMatch(/^If you think[^]*problem is\.\n$/);
    expect(note.isSignedBy(peter)).toBe(true);
    const changed = readNote(example.replace('answer', 'Answer'));
    expect(changed.isSignedBy(peter)).toBe(false);
  });

  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = noteKey('node.example', publicKey);

  it('says what was signed, and to its key only', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', ' ', '—', '+', '\n\n', 'é') })), (lines) => {
        const text = `${lines.join('\n')}.\n`;
        const note = readNote(signNote(text, key, privateKey));
        expect(note.text).toBe(text);
        expect(note.isSignedBy(key)).toBe(true);
        expect(note.isSignedBy(noteKey('other.example', publicKey))).toBe(false);
        expect(note.isSignedBy(peter)).toBe(false);
      }),
    );
    expect(readNoteKey(key.text)).toMatchObject({ name: 'node.example', id: key.id });
  });

  it.each([
    ['nothing', ''],
    ['no signature', 'text\n'],
    ['no signature after the gap', 'text\n\n'],
    ['no text', '\n\n— a AAAA\n'],
    ['another line between', 'text\n\n— a AAAA\nb\n'],
    ['no end of line', 'text\n\n— a AAAA'],
    ['a control character', 'te\rxt\n\n— a AAAA\n'],
    ['too much', `${'x'.repeat(70_000)}\n\n— a AAAA\n`],
  ])('is not %s', (_, note) => {
    expect(() => readNote(note)).toThrow(expect.objectContaining({ code: 'note-malformed' }) as Error);
  });

  it.each(['', 'a', 'a+00000000+AAAA', key.text.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), `${key.text}=`])(
    'has no key %j',
    (text) => {
      expect(() => readNoteKey(text)).toThrow(expect.objectContaining({ code: 'note-key-malformed' }) as Error);
    },
  );
});

onDatabase('sqlite', (database) => {
  it('a checkpoint is signed by the node, whichever process of it', () =>
    database.withStore(async ({ ctx }, { open }) => {
      const other = (await open()).ctx;
      const key = checkpointKey(ctx);
      expect(checkpointKey(other).text).toBe(key.text);
      const root = leafHash('one\n');
      const note = signCheckpoint({ origin: 'node.example', size: 1, root }, key);
      expect(note).toBe(`node.example\n1\n${root.toString('base64')}\n\n${note.split('\n').slice(-2).join('\n')}`);
      const read = readCheckpoint(note);
      expect(read).toMatchObject({ origin: 'node.example', size: 1, root });
      expect(read.isSignedBy(key)).toBe(true);
      for (const [from, to] of [
        ['\n1\n', '\n01\n'],
        ['\n1\n', '\n-1\n'],
        ['\n1\n', '\n1e3\n'],
        ['=\n', '\n'],
        ['node.example\n1', '\n1'],
      ] as const)
        // prettier-ignore
        expect(() => readCheckpoint(note.replace(from, to))).toThrow(
          expect.objectContaining({ code: 'checkpoint-malformed' }) as Error,
        );
    }));
});
