import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { xmlDeclaration } from '../../protocol/gate.ts';
import type { SigningKey, VerificationKey } from '../../protocol/keys.ts';

/** As docs/protocol.md tells implementers: no references but to the whole document, no keys but by their name. */
const profile = ['--enabled-reference-uris', 'empty', '--enabled-key-data', 'key-name'];

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'leadmesh-xmlsec1-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr, error } = spawnSync('xmlsec1', args, { encoding: 'utf8', maxBuffer: 2 ** 29 });
  if (error) throw error;
  return { status, stdout, stderr };
}

/** One file for each text; their paths. */
const writeAll = (folder: string, texts: readonly string[]) =>
  texts.map((text, at) => {
    const file = join(folder, `${at}.xml`);
    writeFileSync(file, text);
    return file;
  });

/**
 * What xmlsec1 says of signed documents, in their order: the canonical text it digested, or undefined where it does not
 * find the signature good. One process for all, and one more for each that is bad.
 */
export function verifyByXmlsec1(
  documents: readonly string[],
  keys: readonly VerificationKey[],
): (string | undefined)[] {
  return inFolder((folder) => {
    const named = keys.flatMap(({ kid, publicKey }) => {
      const file = join(folder, `${kid}.pem`);
      writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
      return [`--pubkey-pem:${kid}`, file];
    });
    const files = writeAll(folder, documents);
    const said: (string | undefined)[] = [];
    while (said.length < files.length) {
      const options = ['--verify', ...profile, '--store-references', '--print-debug', ...named];
      const { status, stdout, stderr } = run([...options, ...files.slice(said.length)]);
      // It stops at the first that is bad; for each before it, it has said "OK".
      const good = stderr.match(/^OK$/gm)?.length ?? 0;
      const texts = [...stdout.matchAll(/PreDigest data - start buffer:\n(.*?)\n== PreDigest data - end buffer/gs)];
      said.push(...texts.slice(0, good).map(([, text]) => text));
      if (status === 0) break;
      said.push(undefined);
    }
    if (said.length !== files.length) throw new Error('xmlsec1 said something of another number of documents.');
    return said;
  });
}

/** The message as a document that xmlsec1 is to sign: its digest, value and key name are empty. */
export const templateOf = (xml: string) =>
  `${xmlDeclaration}\n${xml.replaceAll(/(<ds:(DigestValue|SignatureValue|KeyName)>)[^<]*/g, '$1')}`;

/** Documents signed by xmlsec1, byte for byte as it writes them; in one process. */
export function signByXmlsec1(templates: readonly string[], key: SigningKey): string[] {
  return inFolder((folder) => {
    const file = join(folder, 'key.pem');
    writeFileSync(file, key.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const options = ['--sign', ...profile, `--privkey-pem:${key.kid}`, file];
    const { status, stdout, stderr } = run([...options, ...writeAll(folder, templates)]);
    const signed = stdout.split(xmlDeclaration).slice(1);
    if (status !== 0 || signed.length !== templates.length) throw new Error(`xmlsec1 did not sign: ${stderr}`);
    return signed.map((text) => xmlDeclaration + text);
  });
}
