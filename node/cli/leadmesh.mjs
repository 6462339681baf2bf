#!/usr/bin/env node
// The command as the system finds it. Plain JavaScript that old versions of Node can parse: they must be able to say why
// they cannot run the rest.
import module from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const oldest = 24;

if (Number(process.versions.node.split('.')[0]) < oldest) {
  process.stderr.write(
    `Leadmesh needs Node.js ${oldest} or newer; this is ${process.version} (${process.execPath}).\n`,
  );
  process.exitCode = 1;
} else {
  // What was compiled once is kept for the next command: in our own folder, where nobody else can put anything.
  if (!process.env.NODE_COMPILE_CACHE)
    module.enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)));
  import('./main.ts');
}
