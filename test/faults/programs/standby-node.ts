import { createInterface } from 'node:readline';
import { runNode } from '../../../node/cli/start.ts';
import { readConfig } from '../../../node/kernel/config.ts';

/**
 * What `node/main.ts` does, loaded before it is needed: the node starts with the first line on standard input. It ends with
 * whoever started it.
 */
createInterface({ input: process.stdin })
  .once('line', () => void runNode(readConfig(process.env)).then((status) => process.exit(status)))
  .once('close', () => process.exit());
process.stdout.write('stands by\n');
