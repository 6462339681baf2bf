#!/usr/bin/env node
// The command as the system finds it. Plain JavaScript that old versions of Node can parse: they must be able to say why
// they cannot run the rest.
import process from 'node:process';

const oldest = 24;

if (Number(process.versions.node.split('.')[0]) < oldest) {
  process.stderr.write(
    `Leadmesh needs Node.js ${oldest} or newer; this is ${process.version} (${process.execPath}).\n`,
  );
  process.exitCode = 1;
} else {
  import('./main.ts');
}
