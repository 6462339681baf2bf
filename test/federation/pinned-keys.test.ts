import { expect, it } from 'vitest';
import { resumePeer, suspendPeer } from '../../node/federation/peers/pause.ts';
import { findPinnedPeer } from '../../node/federation/keys/pinned-keys.ts';
import { updateKey, updatePeer } from '../../node/federation/store/peers.ts';
import { makeHeader, makeSigningKey, seal, type Capabilities, type SigningKey } from '../../protocol/index.ts';
import { onEachDatabase, type DatabaseUnderTest } from '../support/databases.ts';
import { openFederation, type FederationNode } from '../support/federation.ts';
import { makeForeignPeer, post } from '../support/foreign-peer.ts';

const nodeId = 'partner.localhost';
const describeCapabilities = ({ kid, algorithm, spki }: SigningKey): Capabilities => ({
  name: 'Partner',
  endpoint: 'http://127.0.0.1:9/lead-exchange',
  versions: ['1'],
  levels: ['Core'],
  keys: [{ kid, algorithm, spki: spki.toString('base64') }],
  maxMessageBytes: 262_144,
});

interface Scene {
  /** The process that hears from the partner. */
  readonly here: FederationNode;
  /** Another process of the same node. */
  readonly there: FederationNode;
  readonly key: SigningKey;
  /** The partner says that it is there; answers the code of the Problem, else the HTTP status. */
  greet(key: SigningKey): Promise<string | number>;
}

async function withTwoProcesses(database: DatabaseUnderTest, body: (scene: Scene) => Promise<void>): Promise<void> {
  await database.withPlace(async (place) => {
    await using federation = await openFederation({ nodes: ['reseller'], place: () => place });
    const here = federation.node('reseller');
    const there = await federation.twin('reseller');
    const partner = makeForeignPeer(nodeId, federation.clock.now);
    await partner.introduceTo(here);
    const greet = async (key: SigningKey) => {
      const now = federation.clock.now();
      const header = makeHeader({ type: 'Capabilities', from: nodeId, to: here.nodeId, now });
      const { status, code } = await post(here, seal({ header, body: describeCapabilities(key) }, key).xml);
      return code ?? status;
    };
    await body({ here, there, key: partner.key, greet });
  });
}

async function pin(process: FederationNode, { kid, algorithm, spki }: SigningKey): Promise<void> {
  const row = { nodeId, kid, algorithm, spki: spki.toString('base64'), validFrom: process.ctx.clock.now() };
  await process.write(async (tx) => {
    const open = { validUntil: null, revokedAt: null, confirmedAt: tx.clock.now() };
    await tx.db
      .insertInto('peerKey')
      .values({ ...row, ...open })
      .execute();
  });
}

onEachDatabase((database) => {
  it('whom another process suspends is refused from the next message on', async () => {
    await withTwoProcesses(database, async ({ there, key, greet }) => {
      expect(await greet(key)).toBe(200);
      await suspendPeer(there.ctx, nodeId);
      expect(await greet(key)).toBe('overloaded');
      await resumePeer(there.ctx, nodeId);
      expect(await greet(key)).toBe(200);
      await there.write((tx) => updatePeer(tx, nodeId, { state: 'pending' }));
      expect(await greet(key)).toBe(401);
    });
  });

  it('what key counts is decided anew for each message, whichever process changed it', async () => {
    await withTwoProcesses(database, async ({ there, key, greet }) => {
      const [next, stranger] = [makeSigningKey(), makeSigningKey()];
      expect([await greet(key), await greet(next), await greet(stranger)]).toEqual([200, 401, 401]);
      await pin(there, next);
      expect([await greet(key), await greet(next), await greet(stranger)]).toEqual([200, 200, 401]);
      await there.write((tx) => updateKey(tx, { nodeId, kid: key.kid }, { revokedAt: tx.clock.now() }));
      expect([await greet(key), await greet(next), await greet(stranger)]).toEqual(['key-revoked', 200, 401]);
      await there.write((tx) => tx.db.deleteFrom('peerKey').where('kid', '=', key.kid).execute());
      expect([await greet(key), await greet(next), await greet(stranger)]).toEqual([401, 200, 401]);
    });
  });

  it('other bytes under the same name are another key', async () => {
    await withTwoProcesses(database, async ({ there, key, greet }) => {
      expect(await greet(key)).toBe(200);
      const spki = makeSigningKey().spki.toString('base64');
      await there.write((tx) => tx.db.updateTable('peerKey').set({ spki }).where('kid', '=', key.kid).execute());
      expect(await greet(key)).toBe(401);
    });
  });

  it('a key is parsed once', async () => {
    await withTwoProcesses(database, async ({ here, key }) => {
      const parse = async () => (await findPinnedPeer(here.ctx, nodeId))?.parse(key.spki.toString('base64'));
      const first = await parse();
      expect(first?.kid).toBe(key.kid);
      expect(await parse()).toBe(first);
    });
  });
});
