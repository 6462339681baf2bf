import { rollKey } from '../../node/federation/keys/roll-key.ts';
import { changePeer } from '../../node/federation/peers/pause.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { capabilitiesRequest } from '../../protocol/client.ts';
import { seal } from '../../protocol/envelope.ts';
import { makeHeader } from '../../protocol/header.ts';
import type { VerificationKey } from '../../protocol/keys.ts';
import { agree } from '../agreements/support.ts';
import { post } from '../support/foreign-peer.ts';
import { openHeld, type SharedLead } from '../federation/shared-lead.ts';

const pattern = /^<l:Message .*<\/l:Message>$/s;

/** A lead changed, asked back and given back; others refused, lost and won; an agreement; a new key; a partner that asks. */
async function live(world: SharedLead): Promise<void> {
  const { vendor, reseller, ann, settle } = world;
  await world.edit(vendor, { 'contact.jobTitle': 'Buyer & <Head> "Pumps"' });
  await settle();
  await world.askBack();
  await settle();
  await world.answer(reseller, 'refused', 'Not now.');
  await settle();
  await world.giveBack('not-a-fit', 'Wir liefern nicht nach Köln.');
  await settle();
  await world.answer(vendor, 'agreed');
  await settle();
  const offered = async () => {
    const known = new Set((await reseller.leads()).map(({ id }) => id));
    await vendor.receive();
    await settle();
    return (await reseller.leads()).find(({ id }) => !known.has(id))?.id ?? '';
  };
  await reseller.reject(await offered(), ann.id);
  await settle();
  await offered();
  await world.advance('2h');
  const won = await offered();
  await reseller.accept(won, ann.id);
  await settle();
  await reseller.write((tx) => changeLead(tx, won, 'win'));
  await settle();
  await agree(world, [vendor, reseller], {});
  await rollKey(vendor.ctx, { days: 2 });
  await settle();
  await changePeer(vendor.ctx, reseller.nodeId, { fetches: true });
  Object.assign(reseller.ctx.config, { fetchEverySeconds: 60 });
  await world.advance('2m');
}

/** The Problem that answers a message of a partner to somebody else. */
async function problemFrom({ vendor, reseller, clock }: SharedLead): Promise<string> {
  const facts = {
    from: vendor.nodeId,
    to: 'elsewhere.localhost',
    now: clock.now(),
    conversation: 'c',
    round: 1,
    seq: 1,
  };
  const header = makeHeader({ type: 'Reject', ...facts });
  const { xml } = seal({ header, body: { reason: 'no-capacity' } }, vendor.ctx.keys.signing);
  return (await post(reseller, xml)).text;
}

/** Every document that went over the wire of a small federation, both ways, and the keys of its nodes. */
export async function openTraffic() {
  await using world = await openHeld();
  const { vendor, reseller, wire } = world;
  await live(world);
  const announced = await Promise.all(
    [vendor, reseller].map(async ({ url }) => (await fetch(capabilitiesRequest(`${url}/lead-exchange`).url)).text()),
  );
  announced.push(await problemFrom(world));
  const said = [...wire.calls.flatMap(({ xml, answer = '' }) => [xml, answer]), ...announced];
  const documents = [...new Set(said)].filter((text) => pattern.test(text));
  const types = new Set(documents.map((xml) => /<l:Type>([^<]*)</.exec(xml)?.[1] ?? ''));
  const keys: VerificationKey[] = [vendor, reseller].map(({ ctx }) => ctx.keys.signing);
  return { documents, types, keys };
}
