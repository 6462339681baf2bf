import { notFound } from '../../kernel/errors.ts';
import { readCheckpoint } from '../../ledger/checkpoint.ts';
import type { Finding } from '../../ledger/findings.ts';
import { findNewestCheckpoint } from '../../ledger/store/checkpoints.ts';
import { verifyLedger } from '../../ledger/verify-ledger.ts';
import type { Asked, Command } from '../command.ts';
import type { Door } from '../door.ts';
import { fileBytes } from '../input.ts';
import { entry, words, type Output } from '../output.ts';
import { value } from './options.ts';

const longestCheckpoint = 65_536;

async function verify({ ctx }: Door, asked: Asked): Promise<Output> {
  const file = asked.text('since');
  const since =
    file === undefined ? undefined : (await fileBytes(file, longestCheckpoint, asked.terminal)).toString('utf8');
  const report = await verifyLedger(ctx, since === undefined ? {} : { since });
  const { findings, ...facts } = report;
  const text = [entry(facts).text, ...findings.map(describeFinding)].join('\n');
  return { json: report, text, failed: !report.isWhole };
}

/** `leaf-moved 29 (from 10): …` */
function describeFinding({ code, message, position, to, from, size, after }: Finding): string {
  const leaf = position === undefined ? '' : ` ${position}${to === undefined ? '' : `–${to}`}`;
  const notes = [
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(size === undefined ? [] : [`size ${size}`]),
    ...(after === undefined ? [] : [`changed after leaf ${after}`]),
  ];
  return `${code}${leaf}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}: ${message}`;
}

async function showCheckpoint({ ctx }: Door): Promise<Output> {
  const newest = await findNewestCheckpoint(ctx);
  if (!newest) throw notFound('checkpoint yet');
  const { origin, size, root } = readCheckpoint(newest.note);
  const { note, signedAt } = newest;
  return words(note.replace(/\n$/, ''), { origin, size, root: root.toString('base64'), signedAt, note });
}

export const auditCommands: readonly Command[] = [
  {
    name: 'audit verify',
    summary: 'Hash the whole evidence ledger anew and tell what is not as it was logged and signed',
    options: { since: value('file', 'A checkpoint that was saved: the log must begin with what it vouches for.') },
    example: 'leadmesh audit verify --since /media/usb/vendor-2026-10-01.checkpoint',
    onNode: verify,
  },
  {
    name: 'audit checkpoint',
    summary: 'Print the newest signed checkpoint of the evidence ledger, to be kept elsewhere',
    example: 'leadmesh audit checkpoint > /media/usb/vendor-2026-10-01.checkpoint',
    onNode: showCheckpoint,
  },
];
