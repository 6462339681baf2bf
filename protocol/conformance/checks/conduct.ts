import { clockSkewMs, longestLifeMs, mediaType } from '../../index.ts';
import type { Header } from '../../index.ts';
import { checksOf, meets, NotRun, type Check } from '../check.ts';
import { kitSpeaks, type Kit } from '../kit.ts';
import type { Delivery } from '../listener.ts';

const check = checksOf('vendor', 'Core');
const checkChain = checksOf('vendor', 'Audit');
const all = 'Whatever the node posted to the kit in this run';

const delivered = (kit: Kit): readonly Delivery[] => {
  const { deliveries } = kit.listener;
  if (deliveries.length === 0) throw new NotRun('The node posted nothing.');
  return deliveries;
};
const headersOf = (kit: Kit): readonly Header[] =>
  delivered(kit).flatMap(({ opened }) => (opened ? [opened.message.header] : []));

/** Deliveries by what names them, each group in the order they came. */
const grouped = <T>(things: readonly T[], nameOf: (thing: T) => string | undefined): readonly T[][] =>
  Object.values(Object.groupBy(things, (thing) => nameOf(thing) ?? '')).filter((group) => group !== undefined);

/** Looks at everything that was delivered; run last. */
export const conductChecks: readonly Check[] = [
  check('deliveries-are-good', 'LX-011 LX-031 LX-037', [all, 'Is signed by the invited key and obeys the schema'], (kit) => {
    for (const { fault } of delivered(kit)) meets(fault === undefined, `A delivery is refused: ${fault ?? ''}.`);
    return Promise.resolve();
  }),
  check('deliveries-are-for-us', 'LX-051 LX-052', [all, 'Is addressed to the kit and lives 14 days at most'], (kit) => {
    for (const { to, created, expires } of headersOf(kit)) {
      meets(to === kit.identity.nodeId, `A delivery is addressed to ${to}.`);
      meets(Date.parse(expires) - Date.parse(created) <= longestLifeMs, 'A delivery lives longer than 14 days.');
      meets(Date.parse(created) <= kit.now() + clockSkewMs, 'A delivery was created in the future.');
    }
    return Promise.resolve();
  }),
  check('deliveries-in-our-version', 'LX-204', [all, 'Is of the one version the kit announced'], (kit) => {
    for (const { bytes } of delivered(kit)) {
      const version = /<l:Message\b[^>]*?\bVersion=["']([^"']*)/.exec(bytes.toString('latin1'))?.[1] ?? 'none';
      meets(kitSpeaks.versions.includes(version), `A delivery is of version ${version}, which the kit did not announce.`);
    }
    return Promise.resolve();
  }),
  check('deliveries-as-http', 'LX-070 LX-073', [all, 'Has the media type, is not compressed, and asks for no compression'], (kit) => {
    for (const { headers } of delivered(kit)) {
      meets(headers['content-type']?.split(';')[0]?.trim() === mediaType, `A delivery has the media type ${headers['content-type'] ?? 'none'}.`);
      meets((headers['content-encoding'] ?? 'identity') === 'identity', 'A delivery is compressed.');
      meets(headers['accept-encoding'] === 'identity', `A delivery accepts the encodings ${headers['accept-encoding'] ?? 'any'}.`);
    }
    return Promise.resolve();
  }),
  check('deliveries-are-signed-once', 'LX-040 LX-050', [all, 'Has the same bytes whenever it has the same MessageId'], (kit) => {
    for (const [first, ...others] of grouped(delivered(kit), ({ opened }) => opened?.message.header.messageId)) {
      const same = others.every(({ bytes }) => first?.bytes.equals(bytes));
      meets(same, `The message ${first?.opened?.message.header.messageId ?? ''} came with different bytes.`);
    }
    return Promise.resolve();
  }),
  check('deliveries-count', 'LX-093', [all, 'Has a Seq above that of the message before, in each conversation'], (kit) => {
    const once = [...new Map(headersOf(kit).map((header) => [header.messageId, header])).values()];
    for (const group of grouped(once, ({ conversation }) => conversation)) {
      const seqs = group.flatMap(({ seq }) => (seq === undefined ? [] : [seq]));
      const rise = seqs.every((seq, at) => at === 0 || seq > (seqs[at - 1] ?? 0));
      meets(rise, `The Seqs of a conversation are ${seqs.join(', ')}.`);
    }
    return Promise.resolve();
  }),
  checkChain('deliveries-are-chained', 'LX-055 LX-039', [all, 'Quotes in PrevDigest, where it has one, the message before it in the conversation, by its Seq'], (kit) => {
    const opened = delivered(kit).flatMap((one) => (one.opened ? [one.opened] : []));
    for (const group of grouped(opened, ({ message }) => message.header.conversation)) {
      const digests = new Map(group.map(({ message, digest }) => [message.header.seq ?? 0, digest]));
      for (const { message: { header: { prevDigest, seq = 0, messageId } } } of group) {
        const before = digests.get(seq - 1);
        const right = before === undefined || prevDigest === undefined || before === prevDigest;
        meets(right, `The message ${messageId} quotes another one than the one before it.`);
      }
    }
    return Promise.resolve();
  }),
  check('deliveries-one-at-a-time', 'LX-094', [all, 'Comes after the answer to the message before, in each conversation'], (kit) => {
    const early = delivered(kit).some(({ inFlight, opened }) => inFlight > 0 && opened?.message.header.conversation);
    meets(!early, 'A message came before the one before it was answered.');
    return Promise.resolve();
  }),
  check('deliveries-have-a-fresh-blind', 'LX-054', [all, 'Has a Blind no other message had'], (kit) => {
    const once = [...new Map(headersOf(kit).map((header) => [header.messageId, header])).values()];
    const blinds = once.flatMap(({ blind }) => (blind === undefined ? [] : [blind]));
    meets(new Set(blinds).size === blinds.length, 'A Blind came twice.');
    return Promise.resolve();
  }),
]; // prettier-ignore
