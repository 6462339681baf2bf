import { endpointPath, makeSigningKey } from '../../protocol/index.ts';
import { allChecks, runChecks, startKit, type Kit, type Report } from '../../protocol/conformance/index.ts';
import { eagerDesk } from '../../protocol/reference-peer/desk.ts';
import type { PeerClock } from '../../protocol/reference-peer/peer-lead.ts';
import { startReferencePeer } from '../../protocol/reference-peer/peer.ts';
import type { LeadForSale } from '../../protocol/reference-peer/sales.ts';
import { startDoor, type Keys, type Mutation } from './door.ts';

/** Fifty times as fast as it is. */
const hurried: PeerClock = {
  now: () => Date.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds / 50);
    return () => clearTimeout(timer);
  },
};

const forSale: Omit<LeadForSale, 'partners'> = {
  lead: {
    contact: { familyName: 'Petrov-Castillo', emails: [{ value: 'petrov@customer.example' }] },
    account: { name: 'Customer Ltd' },
  },
  withheld: ['contact.familyName', 'contact.emails'],
  mode: 'grab',
  openForMs: 3_600_000,
};

/** The reference peer behind a door that may break one rule, and a kit it knows. */
export async function startPeerUnderTest({ sends, ...rules }: Mutation = {}, waitMs = 1_500) {
  const keys: Keys = { peer: makeSigningKey(), kit: makeSigningKey() };
  const door = await startDoor({ keys, ...rules });
  const peer = await startReferencePeer({
    ...{ nodeId: 'peer.test', key: keys.peer, port: 0, partners: [], desk: eagerDesk(0), clock: hurried },
    endpoint: door.address + endpointPath,
    ...(sends && { fetch: sends(keys) }),
  });
  door.inner = peer.address;
  const kit = await startKit({
    target: peer.invitation,
    identity: { nodeId: 'kit.test', key: keys.kit },
    port: 0,
    waitMs,
    acts: {
      // Nobody else wants it.
      lead: () => Promise.resolve(void peer.offer({ ...forSale, partners: ['kit.test'] })),
    },
  });
  peer.addPartner({ nodeId: 'kit.test', spki: keys.kit.spki, endpoint: kit.invitation.endpoint });
  return {
    ...{ kit, peer, keys },
    /** What the door does with the peer's answers from now on. */
    answers: (rule: Mutation['answers']) => void (door.answers = rule),
    async stop() {
      await kit.stop();
      await peer.stop();
      await door.stop();
    },
  };
}

/** Runs all checks, or those named. */
export function run(kit: Kit, names?: readonly string[], deadlineMs = 60_000): Promise<Report> {
  const checks = allChecks().filter(({ name }) => !names || names.includes(name));
  return runChecks(kit, { checks, deadlineMs });
}
