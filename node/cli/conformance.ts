import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { exportSigningKey, loadSigningKey, makeSigningKey, ProtocolError, readInvitation, writeInvitation } from '../../protocol/index.ts'; // prettier-ignore
import type { Invitation, SigningKey } from '../../protocol/index.ts';
import * as kits from '../../protocol/conformance/index.ts';
import { CodedError } from '../kernel/errors.ts';
import { misuse, type Asked } from './command.ts';
import { needed, wholeNumber } from './commands/options.ts';
import { fileBytes } from './input.ts';
import { printable } from './output.ts';

const longestInvitation = 65_536;
const introductionSeconds = 300;
const say = (text: string) => process.stdout.write(`${text.split('\n').map(printable).join('\n')}\n`);

/** Runs the conformance kit against a node; returns 0 when nothing failed and something passed, else 1. */
export async function runConformance(asked: Asked): Promise<number> {
  const waitMs = (wholeNumber(asked, 'wait') ?? 20) * 1_000;
  const checks = chosen(asked.text('only'));
  const target = await readTarget(asked);
  const key = keepKey(asked.text('key'));
  const kit = await kits.startKit({
    ...{ target, waitMs, acts: actsOf(asked, waitMs) },
    identity: { nodeId: asked.text('kit-id') ?? 'conformance.localhost', key },
    port: wholeNumber(asked, 'kit-port') ?? 4199,
    host: asked.text('kit-host') ?? '127.0.0.1',
    ...optional('endpoint', asked.text('endpoint')),
  });
  try {
    await introduce(kit, asked.text('own-invitation'));
    const deadlineMs = (wholeNumber(asked, 'deadline') ?? 600) * 1_000;
    const onResult = (result: kits.Report['results'][number]) => void say(kits.describeResult(result));
    const report = await kits.runChecks(kit, { checks, deadlineMs, onResult });
    say(`\n${kits.describeReport(report)}`);
    write(asked.text('json'), () => kits.writeSignedReport(report, key));
    write(asked.text('junit'), () => kits.writeJunit(report, key));
    const incomplete = report.levels.some(({ verdict }) => verdict === 'incomplete');
    return report.conforms && !(asked.isOn('complete') && incomplete) ? 0 : 1;
  } finally {
    await kit.stop();
  }
}

const optional = <K extends string>(name: K, text: string | undefined) =>
  (text === undefined ? {} : { [name]: text }) as { readonly [key in K]?: string };

function write(file: string | undefined, text: () => string): void {
  if (file !== undefined) writeFileSync(file, text());
}

/** Capabilities always come first: they say which levels there are. */
function chosen(pattern: string | undefined): readonly kits.Check[] {
  const all = kits.allChecks();
  if (pattern === undefined) return all;
  try {
    const wanted = new RegExp(pattern);
    return all.filter(({ name }) => name === 'capabilities' || wanted.test(name));
  } catch {
    throw misuse('--only is a regular expression.');
  }
}

async function readTarget(asked: Asked): Promise<Invitation> {
  const file = needed(asked, 'invitation');
  const url = asked.arg('url');
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw misuse('<url> starts with http:// or https://.');
  try {
    const invitation = readInvitation((await fileBytes(file, longestInvitation, asked.terminal)).toString('utf8'));
    return { ...invitation, endpoint: new URL(new URL(invitation.endpoint).pathname, url).href };
  } catch (error) {
    if (error instanceof ProtocolError) throw new CodedError('invitation-invalid', 422, error.detail);
    throw error;
  }
}

function keepKey(file: string | undefined): SigningKey {
  if (file !== undefined && existsSync(file)) return loadSigningKey(readFileSync(file, 'utf8'));
  const key = makeSigningKey();
  if (file !== undefined) writeFileSync(file, exportSigningKey(key), { mode: 0o600, flag: 'wx' });
  return key;
}

/** Shows who the kit is, and waits until the node knows it. Throws `not-introduced`. */
async function introduce(kit: kits.Kit, file: string | undefined): Promise<void> {
  const { invitation } = kit;
  const text = writeInvitation(invitation);
  if (file === undefined) say(text);
  else writeFileSync(file, text);
  say(`The kit is ${invitation.nodeId} at ${invitation.endpoint}. Its ten words:\n  ${invitation.fingerprint}`);
  if (await kits.isIntroduced(kit)) return;
  say('Waiting until the node under test took the invitation and its administrator compared the words …');
  for (let seconds = 0; seconds < introductionSeconds; seconds++) {
    await pause(1_000);
    if (await kits.isIntroduced(kit)) return;
  }
  throw new CodedError(
    'not-introduced',
    409,
    'The node under test does not know the kit: it answers without a signature.',
  );
}

function actsOf(asked: Asked, waitMs: number): kits.Acts {
  const [onOffer, makeOffer] = [asked.text('on-offer'), asked.text('make-offer')];
  return {
    ...(onOffer !== undefined && {
      offer: ({ conversation, company }) =>
        runHook(
          onOffer,
          { LEAD_EXCHANGE_CONVERSATION: conversation, LEAD_EXCHANGE_COMPANY: company },
          { asked, waitMs },
        ),
    }),
    ...(makeOffer !== undefined && { lead: () => runHook(makeOffer, {}, { asked, waitMs }) }),
  };
}

/** A command of the person who runs the kit, in a shell. One that fails or takes too long skips its check. */
function runHook(
  command: string,
  facts: Readonly<Record<string, string>>,
  { asked: { env }, waitMs }: { readonly asked: Asked; readonly waitMs: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, {
      shell: true,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: waitMs,
      env: { ...env, ...facts },
    });
    child.once('error', ({ message }) => {
      reject(new kits.NotRun(`The command could not be run: ${message}.`));
    });
    child.once('exit', (status) => {
      if (status === 0) resolve();
      else reject(new kits.NotRun(`The command ended with ${status === null ? 'a signal' : `status ${status}`}.`));
    });
  });
}
