import type { Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import {
  findPartnerPersonByEmail,
  getPartnerPerson,
  insertPartnerPerson,
  updatePartnerPerson,
  type PartnerPerson,
} from '../../people/store/partner-people.ts';
import { ledgerPeer } from '../ledger-leaves.ts';
import { getPeer, type Peer } from '../store/peers.ts';

interface NewPerson {
  readonly peerId: string;
  /** Lower case. */
  readonly email: string;
  readonly name: string;
  readonly by?: string | undefined;
}

/** Adds somebody who is offered a partner's leads by mail. Throws `not-found`, `peer-has-node`, `email-taken`. */
export async function addPerson(tx: Tx, { peerId, email, name, by }: NewPerson): Promise<PartnerPerson> {
  const peer = await requirePeople(tx, peerId);
  await requireFree(tx, peerId, email);
  const person = {
    ...{ id: tx.ids.make('person'), peerId, email, name },
    ...{ active: true, takesOffers: true, createdAt: tx.clock.now() },
  };
  await insertPartnerPerson(tx, person);
  await ledgerPeer(tx, peer, { change: 'person-added', person: person.id, by });
  return person;
}

interface PersonChange {
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  /** False: no more mails, and the links of earlier ones work no longer. */
  readonly active?: boolean | undefined;
}

/** Changes somebody of a partner; what is left out stays. Throws `not-found`, `email-taken`. */
export async function changePerson(
  tx: Tx,
  { peerId, id, by }: { peerId: string; id: string; by?: string | undefined },
  { email, name, active }: PersonChange,
): Promise<PartnerPerson> {
  const person = await getPartnerPerson(tx, peerId, id);
  if (email !== undefined && email !== person.email) await requireFree(tx, peerId, email);
  const change = {
    ...(email !== undefined && { email }),
    ...(name !== undefined && { name }),
    ...(active !== undefined && { active }),
  };
  if (Object.keys(change).length === 0) return person;
  await updatePartnerPerson(tx, id, change);
  const told = Object.keys(change).map((field) => `person-${field}`);
  await ledgerPeer(tx, await getPeer(tx, peerId), { change: told, person: id, by });
  return { ...person, ...change };
}

async function requirePeople(tx: Tx, peerId: string): Promise<Peer> {
  const peer = await getPeer(tx, peerId);
  if (peer.kind === 'people') return peer;
  throw conflict('peer-has-node', 'Only a partner without a node, and without webhooks, has people here.');
}

async function requireFree(tx: Tx, peerId: string, email: string): Promise<void> {
  if (await findPartnerPersonByEmail(tx, { peerId, email }))
    throw conflict('email-taken', 'Somebody of this partner has this e-mail address already.');
}
