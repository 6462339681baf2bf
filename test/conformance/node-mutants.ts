import { resigned } from '../../protocol/conformance/hand-signed.ts';
import { makeMessageId } from '../../protocol/index.ts';
import type { AnyMessage, Header } from '../../protocol/index.ts';
import { saysType } from './door.ts';
import { conductMutants } from './conduct-mutants.ts';
import { levelMutants } from './level-mutants.ts';
import type { NodeMutant, Wrong } from './real-node.ts';
import { changed, only, type Meddle } from './relay.ts';

const releasesUnreceipted: Meddle = only('Award', async ({ xml, forward, receipt }) => {
  const answer = await forward(xml);
  return answer.status === 200 ? answer : receipt();
});

const awardsTwice: Wrong = {
  sends: only('Award', async ({ opened: { message }, xml, sign, forward }) => {
    const header: Header = { ...message.header, messageId: makeMessageId(Date.now()) };
    await forward(sign({ ...message, header } as AnyMessage));
    return forward(xml);
  }),
};

/** Rules of the offering side. */
const offering: readonly NodeMutant[] = [
  [
    'releases though the Award was not receipted',
    'release-waits-for-the-award',
    'The Release left before the Award was receipted.',
    { sends: releasesUnreceipted },
  ],
  [
    'commits to some groups only',
    'commits-to-every-group',
    'The node sent what no receiver takes: Problem schema.',
    {
      sends: only('Offer', async ({ xml, nodeKey, forward, receipt }) => {
        await forward(resigned(xml, nodeKey, (text) => text.replace(/<l:Commitment .*?<\/l:Commitment>/, '')));
        return receipt();
      }),
    },
  ],
  [
    'begins with round 2',
    'offers-a-lead',
    'The first Offer is of round 2.',
    { sends: changed('Offer', ({ header }) => ({ header: { ...header, round: 2 } })) },
  ],
  [
    'releases another lead',
    'opens-what-it-committed-to',
    'The Release is not what was offered',
    { sends: changed('Release', ({ body }) => ({ body: { ...body, lead: { account: { name: 'Another Ltd' } } } })) },
  ],
  [
    'tells a withheld value with the Award',
    'withholds-what-it-names',
    'A withheld value left before the Release.',
    {
      sends: changed('Award', () => ({
        extensions: [{ uri: 'urn:example:leak', value: 'petrov@customer.example' }],
      })),
    },
  ],
  [
    'returns states of another restoration',
    'states',
    'States are of the Epoch 1,',
    { sends: changed('States', ({ body }) => ({ body: { ...body, ofEpoch: 1 } })) },
  ],
  ['awards twice', 'accept-twice', '2 Awards came.', awardsTwice],
];

/** Claims by the dozen. */
const flooded: readonly NodeMutant[] = [
  ['awards two of many claims', 'claim-flood', '2 Awards came for one offer.', awardsTwice],
  [
    'says nothing signed when it is asked too much',
    'claim-flood',
    'A claim got 503 without a signed answer',
    { answers: (arrived, answered) => (saysType(arrived, 'Accept') ? { status: 503, type: 'text/plain', body: 'busy' } : answered) }, // prettier-ignore
  ],
  [
    'releases to whoever sits on an Award',
    'claim-and-sit',
    'The Release left before the Award was receipted.',
    { sends: releasesUnreceipted },
  ],
];

/** Each breaks one rule of docs/protocol.md. */
export const nodeMutants: readonly NodeMutant[] = [...offering, ...levelMutants, ...flooded, ...conductMutants];
