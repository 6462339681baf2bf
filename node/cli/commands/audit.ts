import { notFound } from '../../kernel/errors.ts';
import { readCheckpoint } from '../../ledger/checkpoint.ts';
import type { Finding } from '../../ledger/findings.ts';
import { proveConsistency, proveInclusion, rootAt } from '../../ledger/proofs.ts';
import { findNewestCheckpoint } from '../../ledger/store/checkpoints.ts';
import { findLeafOfMessage } from '../../ledger/find-leaf.ts';
import { findTile } from '../../ledger/store/tiles.ts';
import { verifyLedger } from '../../ledger/verify-ledger.ts';
import { misuse, type Asked, type Command } from '../command.ts';
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

const wholeCount = /^(0|[1-9]\d{0,14})$/;

/** Proves by the tiles of the log; whoever checks needs nothing but SHA-256 (RFC 6962, 2.1). */
async function prove({ ctx }: Door, asked: Asked): Promise<Output> {
  const newest = await findNewestCheckpoint(ctx);
  if (!newest) throw notFound('checkpoint yet');
  const size = countOf(asked, 'size') ?? newest.size;
  const readTile = (level: number, place: number) => findTile(ctx, level, place);
  const root = async (of: number) => (await rootAt(readTile, of)).toString('base64');
  const text = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('base64'));
  const since = countOf(asked, 'since');
  if (since !== undefined) {
    const proof = text(await proveConsistency(readTile, since, size));
    return entry({ since, sinceRoot: await root(since), size, root: await root(size), proof });
  }
  const message = asked.text('message');
  const leaf = message === undefined ? undefined : await findLeafOfMessage(ctx, message);
  if (!leaf) throw message === undefined ? misuse('--message or --since is needed.') : notFound('leaf of this message');
  const path = text(await proveInclusion(readTile, leaf.position, size));
  return entry({ leaf: leaf.text, position: leaf.position, size, root: await root(size), path });
}

function countOf(asked: Asked, option: string): number | undefined {
  const text = asked.text(option);
  if (text === undefined) return undefined;
  if (!wholeCount.test(text)) throw misuse(`--${option} is a number of leaves.`);
  return Number(text);
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
    name: 'audit proof',
    summary:
      'Prove that a message’s leaf is in the ledger, or that the ledger of today begins with that of an older size',
    options: {
      message: value('id', 'The message whose first leaf is proven.'),
      since: value('leaves', 'The older size: proves that nothing before it was changed.'),
      size: value('leaves', 'The size of the tree; default that of the newest checkpoint.'),
    },
    example: 'leadmesh audit proof --message 01980d2e-6c1f-7b3a-9c55-0d6a4c1f2b10 --json',
    onNode: prove,
  },
  {
    name: 'audit checkpoint',
    summary: 'Print the newest signed checkpoint of the evidence ledger, to be kept elsewhere',
    example: 'leadmesh audit checkpoint > /media/usb/vendor-2026-10-01.checkpoint',
    onNode: showCheckpoint,
  },
];
