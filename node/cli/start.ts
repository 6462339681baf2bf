import { readConfig } from '../kernel/config.ts';
import { CodedError } from '../kernel/errors.ts';
import { describeListening } from '../kernel/may-listen-on.ts';
import { makeFirstAdministrator } from '../people/first-administrator.ts';
import { createNode } from '../node.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of signals) process.once(signal, resolve);
  });
}

/** Runs a node until a signal asks it to stop; returns the exit status. */
export async function runNode(env: NodeJS.ProcessEnv, flags: Readonly<Record<string, string>>): Promise<number> {
  try {
    const config = readConfig(env, flags);
    const node = await createNode(config);
    const asked = untilSignal();
    await node.start();
    const link = await makeFirstAdministrator(node.ctx);
    if (link) process.stdout.write(`First start. Sign in once, within 24 hours, as administrator:\n  ${link}\n`);
    process.stdout.write(`${config.name} is at ${config.publicUrl} (data in ${config.dataFolder})\n`);
    const notice = describeListening(config.host, config.tls !== undefined || config.trustedProxy !== undefined);
    if (notice) process.stdout.write(`${notice}\n`);
    node.ctx.log.info('stopping', { signal: await asked });
    await node.stop();
    return 0;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return 1;
  }
}
