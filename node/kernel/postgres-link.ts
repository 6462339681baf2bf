import { createHash } from 'node:crypto';
import pg from 'pg';
import type { BusLink } from './bus.ts';

const AGAIN_MILLISECONDS = 1_000;

type Hear = (text: string | undefined) => void;
interface Line {
  readonly client: pg.Client;
  readonly channel: string;
}

/**
 * LISTEN and NOTIFY on a connection of its own: hints reach the other processes on the same tables within milliseconds.
 * A lost connection is opened again; what was said meanwhile is lost.
 */
export async function openPostgresLink(config: pg.ClientConfig): Promise<BusLink & { close(): Promise<void> }> {
  let listener: Hear = () => undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<unknown> = Promise.resolve();
  const hear: Hear = (text) => listener(text);

  const reopenLater = () => {
    if (!closed) timer = setTimeout(() => void reopen(), AGAIN_MILLISECONDS).unref();
  };
  const reopen = async () => {
    const opened = await openLine(config, hear, reopenLater).catch(() => undefined);
    if (!opened) {
      reopenLater();
      return;
    }
    line = opened;
    if (closed) await line.client.end();
    // Neither side knows what the other said meanwhile.
    hear(undefined);
    send('');
  };
  const send = (text: string) => {
    // One after another: a connection takes no statement while it executes another.
    sending = sending
      .then(() => line.client.query('select pg_notify($1, $2)', [line.channel, text]))
      .catch(() => undefined);
  };
  let line = await openLine(config, hear, reopenLater);

  return {
    send,
    receive: (hearing) => (listener = hearing),
    async close() {
      // Hints of the last commit are told in the next turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      await sending;
      closed = true;
      clearTimeout(timer);
      await line.client.end();
    },
  };
}

/** Listens until the connection is lost, which `lose` hears once. */
async function openLine(config: pg.ClientConfig, hear: Hear, lose: () => void): Promise<Line> {
  const client = new pg.Client(config);
  client.on('error', () => void client.end().catch(() => undefined));
  await client.connect();
  const { rows } = await client.query<{ pid: number; place: string }>(
    'select pg_backend_pid() as pid, current_schema() as place',
  );
  const [{ pid, place } = { pid: 0, place: '' }] = rows;
  const channel = channelOf(place);
  client.on('notification', ({ processId, payload }) => {
    if (processId !== pid) hear(payload || undefined);
  });
  await client.query(`listen ${channel}`);
  client.once('end', lose);
  return { client, channel };
}

/** Channels belong to the whole database; ours is that of the schema our tables are in. */
const channelOf = (schema: string): string =>
  `leadmesh_${createHash('sha256').update(schema).digest('hex').slice(0, 16)}`;
