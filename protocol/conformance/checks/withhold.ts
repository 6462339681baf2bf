import { setField } from '../../index.ts';
import type { Lead, Opening } from '../../index.ts';
import { expectProblem, expectReceipt } from '../answer.ts';
import { checksOf, type Check } from '../check.ts';
import { resigned } from '../hand-signed.ts';
import type { Kit } from '../kit.ts';
import { awarded, type Talk } from '../talk.ts';
import { quoting } from './offering.ts';

const check = checksOf('vendor', 'Withhold');
const refused = 'Problem conflict; the right Release is then taken';

/** A Release that is not what was offered, and then the right one. */
const broken = (change: (talk: Talk) => readonly [Lead, Opening[]]) => async (kit: Kit) => {
  const talk = await awarded(kit);
  expectProblem((await talk.release(...change(talk))).answer, 'conflict');
  expectReceipt((await talk.release()).answer);
};

const withPhone = (lead: Lead, value: string): Lead => setField(lead, 'contact.phones', [{ kind: 'mobile', value }]);

export const withholdChecks: readonly Check[] = [
  check(
    'release-indented',
    'LX-010 LX-123',
    ['A Release with a line feed between all elements', 'A Receipt: white space is no part of what was committed to'],
    async (kit) => {
      const talk = await awarded(kit);
      const { lead, openings, say } = talk;
      const sealed = say('Release', { lead, openings: openings() });
      const xml = resigned(sealed.xml, kit.identity.key, (text) => text.replaceAll(/(<\/[^>]*>)(?=<)/g, '$1\n'));
      expectReceipt(await kit.post(xml, {}, quoting(xml, sealed)));
    },
  ),
  check(
    'withheld-field-changed',
    'LX-123 LX-124',
    ['A Release with another telephone number than the one committed to', refused],
    broken(({ lead, openings }) => [withPhone(lead, '+49 341 5550100'), openings()]),
  ),
  check(
    'withheld-field-added',
    'LX-121 LX-124',
    ['A Release with a value in a group that was committed to as empty', refused],
    broken(({ lead, openings }) => [{ ...lead, fields: [{ name: 'more', type: 'text', value: 'x' }] }, openings()]),
  ),
  check(
    'opening-missing',
    'LX-124',
    ['A Release that does not open one commitment', refused],
    broken(({ lead, openings }) => [lead, openings().filter(({ group }) => group !== 'custom')]),
  ),
  check(
    'opening-twice',
    'LX-124',
    ['A Release that opens one group twice and another not at all', refused],
    broken(({ lead, openings }) => [
      lead,
      openings().map((one) => (one.group === 'custom' ? { ...one, group: 'phone' } : one)),
    ]),
  ),
  check(
    'opening-with-another-salt',
    'LX-122 LX-124',
    ['A Release that opens one commitment with another salt', refused],
    broken(({ lead, openings }) => [
      lead,
      openings().map((one) => (one.group === 'email' ? { ...one, salt: Buffer.alloc(32, 1).toString('base64') } : one)),
    ]),
  ),
  check(
    'shown-field-changed',
    'LX-125',
    ['A Release in which a field that the Offer showed has another value', refused],
    broken(({ lead, openings }) => [{ ...lead, account: { name: 'Another company' } }, openings()]),
  ),
];
