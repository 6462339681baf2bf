#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { runDemo } from './demo/demo.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    once: { type: 'boolean' },
    fresh: { type: 'boolean' },
    data: { type: 'string' },
    leads: { type: 'string' },
  },
});
process.exitCode = await runDemo({
  once: values.once ?? false,
  fresh: values.fresh ?? false,
  folder: values.data,
  leads: values.leads === undefined ? undefined : Number(values.leads),
});
