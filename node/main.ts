import { runNode } from './cli/start.ts';

process.exitCode = await runNode(process.env, {});
