import type { Config } from '../kernel/config.ts';
import { describeListening } from '../kernel/may-listen-on.ts';
import { createNode } from '../node.ts';
import { makeFirstAdministrator } from '../people/first-administrator.ts';
import { heedWakes } from './wake.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of signals) process.once(signal, resolve);
  });
}

/** Runs a node until a signal asks it to stop; returns the exit status. Throws CodedErrors of a start that failed. */
export async function runNode(config: Config): Promise<number> {
  const node = await createNode(config);
  const stopping = new AbortController();
  const asked = untilSignal();
  try {
    await node.start();
    heedWakes(node.ctx, stopping.signal);
    const link = await makeFirstAdministrator(node.ctx);
    if (link)
      process.stdout.write(
        `No administrator has signed in yet. This link signs in once, within 24 hours:\n  ${link}\n`,
      );
    process.stdout.write(`${config.name} is at ${config.publicUrl} (data in ${config.dataFolder})\n`);
    const notice = describeListening(config.host, config.tls !== undefined || config.trustedProxy !== undefined);
    if (notice) process.stdout.write(`${notice}\n`);
    node.ctx.log.info('stopping', { signal: await asked });
    return 0;
  } finally {
    stopping.abort();
    await node.stop();
  }
}
