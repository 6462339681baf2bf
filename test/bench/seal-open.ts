// What sealing and opening cost beside the bare signature over the same bytes, both sides in one run.
// By hand: node test/bench/seal-open.ts
import { createHash, sign, verify } from 'node:crypto';
import { open, openWithXmlCrypto, seal } from '../../protocol/index.ts';
import { findKey, message, vendor } from '../protocol/messages.ts';

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
  const median = (all: number[]) => all.slice(calls / 5).toSorted((a, b) => a - b)[Math.floor(calls * 0.4)] ?? NaN;
  return [median(times[0]), median(times[1])];
}

function report(name: string, [bare, ours]: [number, number]): void {
  console.log(
    `${name.padEnd(40)} ${ours.toFixed(1).padStart(7)} µs, bare ${bare.toFixed(1)} µs: ${(ours / bare).toFixed(2)} ×`,
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
