// What sealing and opening cost beside the bare signature over the same bytes, both sides in one run; and opening one of the
// longest messages beside xmlsec1, which is C.
// By hand: node test/bench/seal-open.ts
import { spawnSync } from 'node:child_process';
import { createHash, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, openWithXmlCrypto, seal, type AnyMessage, type Offer } from '../../protocol/index.ts';
import { findKey, message, vendor } from '../protocol/messages.ts';
import { median } from './rounds.ts';

const offer = message('Offer');
const sealed = seal(offer, vendor.key);
const bytes = Buffer.from(sealed.xml);
const foreign = Buffer.from(`${sealed.xml.replace('xmlns:l=', ' xmlns:l=')}\n`);
const { privateKey, publicKey } = vendor.key;
const hash = () => createHash('sha256').update(bytes).digest();
const signature = sign('sha256', hash(), privateKey);

// In DER: the fastest that Node does. Asked for r and s by `dsaEncoding` it takes twice as long.
const bareSign = () => sign('sha256', hash(), privateKey);
const bareVerify = () => verify('sha256', hash(), publicKey, signature);

/** Medians in microseconds a call. The two take turns call by call, so that a busy machine and cold caches harm both. */
function compare(bare: () => unknown, ours: () => unknown, calls: number): [number, number] {
  const times: [number[], number[]] = [[], []];
  for (let call = 0; call < calls; call += 1) {
    for (const [side, run] of [bare, ours].entries()) {
      const started = process.hrtime.bigint();
      run();
      times[side]?.push(Number(process.hrtime.bigint() - started) / 1_000);
    }
  }
  // Without the first fifth, in which code gets warm.
  return [median(times[0].slice(calls / 5)), median(times[1].slice(calls / 5))];
}

function report(name: string, [bare, ours]: [number, number]): void {
  console.log(
    `${name.padEnd(40)} ${ours.toFixed(1).padStart(7)} µs, bare ${bare.toFixed(1)} µs: ${(ours / bare).toFixed(2)} ×, ${(1e6 / ours).toFixed(0)} a second`,
  );
}

console.log(`one Offer of ${bytes.byteLength} bytes, P-256; bare is SHA-256 of the bytes and the signature`);
report(
  'seal',
  compare(bareSign, () => seal(offer, vendor.key), 10_000),
);
report(
  'open, our writing',
  compare(bareVerify, () => open(bytes, findKey), 10_000),
);
report(
  'open, foreign formatting',
  compare(bareVerify, () => open(foreign, findKey), 5_000),
);
report(
  'open by xml-crypto',
  compare(bareVerify, () => openWithXmlCrypto(sealed.xml, vendor.key), 500),
);

/** Microseconds xmlsec1 takes for one more verification of a file: without its start, and without reading keys. */
function verifyByXmlsec1(folder: string, xml: string): number {
  const [file, keyFile] = [join(folder, 'long.xml'), join(folder, 'key.pem')];
  writeFileSync(file, xml);
  writeFileSync(keyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  const key = ['--enabled-key-data', 'key-name', `--pubkey-pem:${vendor.key.kid}`, keyFile];
  const time = (repeat: number) => {
    const started = process.hrtime.bigint();
    const args = ['--verify', '--enabled-reference-uris', 'empty', ...key, '--repeat', String(repeat), file];
    const { status, error, stderr } = spawnSync('xmlsec1', args, { encoding: 'utf8' });
    if (status !== 0) throw error ?? new Error(stderr);
    return Number(process.hrtime.bigint() - started) / 1_000;
  };
  const rounds = [1, 2, 3, 4, 5].map(() => (time(210) - time(10)) / 200);
  return median(rounds);
}

const folder = mkdtempSync(join(tmpdir(), 'leadmesh-bench-'));
for (const text of ['plain xx long ', 'plain & long ']) {
  const field = (_: unknown, n: number) => ({ name: `f${n}`, type: 'text' as const, value: text.repeat(110) });
  const fields = Array.from({ length: 100 }, field);
  const longOffer = { ...offer, body: { ...(offer.body as Offer), lead: { fields } } } as AnyMessage;
  const long = seal(longOffer, vendor.key).xml;
  const bytes = Buffer.from(long);
  const [, ours] = compare(
    () => undefined,
    () => open(bytes, findKey),
    500,
  );
  const theirs = verifyByXmlsec1(folder, long);
  console.log(
    `${bytes.byteLength} bytes of “${text}”: open ${ours.toFixed(0)} µs, xmlsec1 ${theirs.toFixed(0)} µs: ${(theirs / ours).toFixed(1)} × as fast`,
  );
}
rmSync(folder, { recursive: true });
