import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  exportSigningKey,
  loadSigningKey,
  makeSigningKey,
  ProtocolError,
  readInvitation,
  writeInvitation,
} from '../index.ts';
import type { SigningKey } from '../index.ts';
import { eagerDesk, simulatedDesk } from './desk.ts';
import { startReferencePeer, type ReferencePeer } from './peer.ts';
import { readSettings } from './settings.ts';

/** One line of JSON for each event, without personal data. */
function tell(event: string, facts: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...facts })}\n`);
}

/** The key of earlier runs, or a new one, readable for the owner only. */
function keepKey(folder: string): SigningKey {
  const file = join(folder, 'key.pem');
  if (existsSync(file)) return loadSigningKey(readFileSync(file, 'utf8'));
  const key = makeSigningKey();
  writeFileSync(file, exportSigningKey(key), { mode: 0o600, flag: 'wx' });
  return key;
}

/** Invitations that an administrator put into the folder `partners`, after comparing the ten words, become partners. */
function watchPartners(folder: string, peer: ReferencePeer, stopped: AbortSignal): void {
  const known = new Set<string>();
  const look = () => {
    for (const file of readdirSync(folder)) {
      if (!file.endsWith('.json') || known.has(file)) continue;
      known.add(file);
      try {
        const { nodeId, endpoint, spki, fingerprint } = readInvitation(readFileSync(join(folder, file), 'utf8'));
        peer.addPartner({ nodeId, endpoint, spki: Buffer.from(spki, 'base64') });
        tell('partner', { nodeId, endpoint, fingerprint });
      } catch (error) {
        tell('partner-refused', { file, why: error instanceof ProtocolError ? error.message : 'unreadable' });
      }
    }
  };
  look();
  const watching = setInterval(look, 1_000);
  stopped.addEventListener('abort', () => {
    clearInterval(watching);
  });
}

async function main(): Promise<void> {
  const { dataFolder, paceMs, desk, endpoint, ...settings } = readSettings(process.env);
  const partnersFolder = join(dataFolder, 'partners');
  mkdirSync(partnersFolder, { recursive: true });
  const peer = await startReferencePeer({
    ...settings,
    ...(endpoint !== undefined && { endpoint }),
    key: keepKey(dataFolder),
    partners: [],
    desk: desk === 'eager' ? eagerDesk(paceMs) : simulatedDesk(Math.random, paceMs),
    onChange: ({ partner, conversation, point, statuses }, what) => {
      tell(what, {
        partner,
        conversation,
        ...point,
        ...(what === 'Status' && { disposition: statuses.at(-1)?.disposition }),
      });
    },
  });
  const stopped = new AbortController();
  const stop = () => {
    stopped.abort();
    void peer.stop().then(() => {
      tell('stopped');
    });
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  writeFileSync(join(dataFolder, 'invitation.json'), writeInvitation(peer.invitation));
  tell('started', { address: peer.address, invitation: peer.invitation });
  watchPartners(partnersFolder, peer, stopped.signal);
}

await main();
