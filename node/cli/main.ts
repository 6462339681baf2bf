import { runCommand } from './run-command.ts';

// Everything a node writes is its owner's alone: leads and keys.
process.umask(0o077);
process.exitCode = await runCommand(process.argv.slice(2), process.env);
