import { resigned } from '../../protocol/conformance/hand-signed.ts';
import { makeMessageId } from '../../protocol/index.ts';
import type { AnyMessage, Header } from '../../protocol/index.ts';
import type { NodeMutant } from './real-node.ts';
import { changed, only, type Meddle } from './relay.ts';

const zeros = Buffer.alloc(32).toString('base64');

/** Before each Award comes a copy of it, with another header, under an id of its own. */
const alsoPosts = (change: Partial<Header>): Meddle =>
  only('Award', async ({ opened: { message }, xml, sign, forward }) => {
    const header = { ...message.header, messageId: makeMessageId(Date.now()), ...change };
    await forward(sign({ ...message, header } as AnyMessage));
    return forward(xml);
  });

/** The kit gets the Award otherwise than it left, and the node its receipt. */
const postsAward = (post: (hands: Parameters<Meddle>[0]) => Promise<unknown>): Meddle =>
  only('Award', async (hands) => {
    await post(hands);
    return hands.receipt();
  });

function blindsAlike(): Meddle {
  let blind: string | undefined;
  return async ({ opened: { message }, xml, sign, forward, receipt }) => {
    blind ??= message.header.blind;
    if (message.header.type !== 'Release') return forward(xml);
    await forward(sign({ ...message, header: { ...message.header, blind } } as AnyMessage));
    return receipt();
  };
}

const wrongs: readonly (readonly [what: string, caughtBy: string, why: string, sends: Meddle])[] = [
  [
    'posts other words than it signed',
    'deliveries-are-good',
    'A delivery is refused: digest.',
    postsAward(async ({ xml, forward }) => [await forward(xml.replace('<l:LeaseUntil>2', '<l:LeaseUntil>3')), await forward(xml)]), // prettier-ignore
  ],
  [
    'posts what is meant for others',
    'deliveries-are-for-us',
    'A delivery is addressed to elsewhere.localhost.',
    alsoPosts({ to: 'elsewhere.localhost' }),
  ],
  [
    'writes by a version the reader did not announce',
    'deliveries-in-our-version',
    'A delivery is of version 1.4, which the kit did not announce.',
    postsAward(({ xml, nodeKey, forward }) => forward(resigned(xml, nodeKey, (text) => text.replace('Version="1"', 'Version="1.4"')))), // prettier-ignore
  ],
  [
    'posts under any media type',
    'deliveries-as-http',
    'A delivery has the media type text/xml.',
    postsAward(({ xml, forward }) => forward(xml, { 'content-type': 'text/xml' })),
  ],
  [
    'signs again when it sends again',
    'deliveries-are-signed-once',
    'came with different bytes.',
    postsAward(async ({ opened: { message }, xml, sign, forward }) => [await forward(sign(message)), await forward(xml)]), // prettier-ignore
  ],
  ['counts backwards', 'deliveries-count', 'The Seqs of a conversation are', alsoPosts({ seq: 1 })],
  [
    'quotes what it never said',
    'deliveries-are-chained',
    'quotes another one than the one before it.',
    changed('Award', ({ header }) => ({ header: { ...header, prevDigest: zeros } })),
  ],
  ['blinds two messages alike', 'deliveries-have-a-fresh-blind', 'A Blind came twice.', blindsAlike()],
];

/** Rules of everything a node posts: each is looked for in the course of an award. */
export const conductMutants: readonly NodeMutant[] = wrongs.map(([what, caughtBy, why, sends]) => {
  return [what, caughtBy, why, { sends, during: 'awards-and-releases' }];
});
