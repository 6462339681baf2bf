import { pino, type DestinationStream } from 'pino';
import { CodedError } from './errors.ts';

/**
 * The only fields a log line may have, each an id, a code, a count or a duration: nothing a person wrote. Whatever is not
 * named here is dropped, so that a careless call cannot leak a name, an address or a body.
 */
const allowed = [
  'requestId',
  'method',
  'route',
  'status',
  'code',
  'durationMs',
  'bytes',
  'userId',
  'sessionId',
  'tokenId',
  'leadId',
  'offerId',
  'recipientId',
  'boxId',
  'historyId',
  'listId',
  'peerId',
  'messageId',
  'messageType',
  'conversation',
  'round',
  'kid',
  'jobId',
  'jobKind',
  'worker',
  'attempts',
  'dueAt',
  'count',
  'migration',
  'setting',
  'host',
  'port',
  'signal',
] as const;

type Field = (typeof allowed)[number];
export type LogFields = Readonly<Partial<Record<Field, string | number | boolean | null | undefined>>> & {
  /** Logged as its class, code and stack frames: messages may quote input. */
  readonly error?: unknown;
};

/** Structured lines: a constant event in kebab-case and allowed fields. */
export type Logger = Readonly<Record<Level, (event: string, fields?: LogFields) => void>>;
type Level = 'debug' | 'info' | 'warn' | 'error';

/** A logger that writes JSON lines to `out`, standard output by default. */
export function createLogger(config: { logLevel: string; nodeId: string }, out?: DestinationStream): Logger {
  const options = { level: config.logLevel, base: { node: config.nodeId }, messageKey: 'event' };
  const lines = out ? pino(options, out) : pino(options);
  const write =
    (level: Level) =>
    (event: string, fields: LogFields = {}) => {
      if (lines.isLevelEnabled(level)) lines[level](pick(fields), plain(event));
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

function pick(fields: LogFields): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const field of allowed) {
    const value = fields[field];
    if (typeof value === 'string') kept[field] = plain(value);
    else if (typeof value === 'number' || typeof value === 'boolean') kept[field] = value;
  }
  if (fields.error !== undefined) kept['error'] = describe(fields.error, 0);
  return kept;
}

/** JSON escapes C0 controls; C1 and bidirectional controls could still move a terminal's text around. */
const plain = (text: string) =>
  text.slice(0, 200).replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '\ufffd');

/** Class, code and the places in the code; `cause` to a depth of three. */
function describe(error: unknown, depth: number): unknown {
  if (!(error instanceof Error)) return { kind: typeof error };
  const code = error instanceof CodedError ? error.code : (error as { code?: unknown }).code;
  // The stack begins with the message, which may quote input.
  const frames = (error.stack ?? '')
    .replace(error.message, '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return {
    kind: plain(error.name),
    ...(typeof code === 'string' && { code: plain(code) }),
    at: frames.slice(0, 12).map((line) => plain(line.trim())),
    ...(error.cause !== undefined && depth < 3 && { cause: describe(error.cause, depth + 1) }),
  };
}
