import { batchLimits, capabilitiesPath, limits, mediaType, open, readCapabilities } from '../../index.ts';
import type { Message, Opened } from '../../index.ts';
import { expectProblem, expectReceipt, expectSame, expectUnderstood } from '../answer.ts';
import { checksOf, meets, NotRun, Unmet, type Check } from '../check.ts';
import { resigned } from '../hand-signed.ts';
import { kitSpeaks, type Kit } from '../kit.ts';
import { makeTalk, offered } from '../talk.ts';

const check = checksOf('vendor', 'Core');
const minute = 60_000;
const at = (kit: Kit, milliseconds: number) => new Date(kit.now() + milliseconds).toISOString();

async function fetchSigned(kit: Kit): Promise<Opened<Message<'Capabilities'>>> {
  const url = new URL(capabilitiesPath, kit.target.endpoint).href;
  const response = await fetch(url, { redirect: 'manual', headers: { 'accept-encoding': 'identity' }, signal: AbortSignal.timeout(20_000) }); // prettier-ignore
  return readCapabilities(response, kit.findKey).catch((error: unknown) => {
    throw new Unmet(`These are no Capabilities signed by the invited key (${String(error)}).`);
  });
}

async function fetchCapabilities(kit: Kit): Promise<void> {
  const { message } = await fetchSigned(kit);
  meets(message.header.to === '*', 'Capabilities for everybody are addressed to *.');
  for (const level of message.body.levels) kit.announced.add(level);
  meets(kit.announced.has('Core'), 'The level Core is not announced.');
  meets(message.body.versions.includes('1'), 'Version 1 is not announced.');
  const known = message.body.keys.some(({ spki }) => spki === kit.target.spki);
  meets(known, 'The invited key is not among the announced ones.');
}

const capabilities = check(
  'capabilities',
  'LX-077 LX-015 LX-090 LX-204',
  [
    'GET /.well-known/lead-exchange',
    '200 with Capabilities to *, signed by the invited key, that name level Core and version 1',
  ],
  fetchCapabilities,
);

const limitsAnnounced = check(
  'capabilities-limits',
  'LX-082 LX-137 LX-205',
  ['The same request', 'No limit above those of the protocol, none that lets nothing through, each schema once'],
  async (kit) => {
    const { body } = (await fetchSigned(kit)).message;
    const { maxMessageBytes, maxBatchMessages, maxBatchBytes, messagesPerMinute, bytesInFlight, schemas = [] } = body;
    meets(maxMessageBytes <= limits.messageBytes, `MaxMessageBytes is ${maxMessageBytes}.`);
    meets((maxBatchMessages ?? 0) <= batchLimits.documents, `MaxBatchMessages is ${maxBatchMessages ?? 0}.`);
    meets((maxBatchBytes ?? 0) <= batchLimits.bytes, `MaxBatchBytes is ${maxBatchBytes ?? 0}.`);
    const all = [maxMessageBytes, maxBatchMessages, maxBatchBytes, messagesPerMinute, bytesInFlight];
    meets(!all.includes(0), 'A limit is 0: nothing would ever get through.');
    meets(
      (bytesInFlight ?? maxMessageBytes) >= maxMessageBytes,
      'BytesInFlight leaves no room for the longest message.',
    );
    meets(new Set(schemas.map(({ name }) => name)).size === schemas.length, 'A schema is named twice.');
  },
);

const first: readonly Check[] = [
  check(
    'offer',
    'LX-071 LX-072 LX-092',
    ['An Offer, direct, with withheld fields', 'A Receipt that quotes id and digest'],
    async (kit) => {
      await offered(kit);
    },
  ),
  check('offer-grab', 'LX-071', ['An Offer of mode grab', 'A Receipt'], async (kit) => {
    expectReceipt((await makeTalk(kit).offer({ mode: 'grab', opensAt: at(kit, 0) })).answer);
  }),
  check('media-type-parameter', 'LX-070', ['An Offer with a parameter of the media type', 'A Receipt'], async (kit) => {
    const talk = makeTalk(kit);
    const sealed = talk.say('Offer', talk.offerBody());
    const type = `${mediaType}; charset=utf-8`;
    expectReceipt(await kit.post(sealed.xml, { 'content-type': type }, sealed));
  }),
  check('minor-version', 'LX-013 LX-200', ['An Offer of version 1.9', 'A Receipt'], async (kit) => {
    const talk = makeTalk(kit);
    const sealed = talk.say('Offer', talk.offerBody());
    const xml = resigned(sealed.xml, kit.identity.key, (text) => text.replace('Version="1"', 'Version="1.9"'));
    const { digest } = open(Buffer.from(xml), () => kit.identity.key);
    expectReceipt(await kit.post(xml, {}, { ...sealed, digest }));
  }),
];

const repeated: readonly Check[] = [
  check('duplicate', 'LX-131 LX-050', ['The same Offer twice', 'The same Receipt, byte for byte'], async (kit) => {
    const { sealed, answer } = await makeTalk(kit).offer();
    expectReceipt(answer);
    expectSame(answer, await kit.deliver(sealed));
  }),
  check(
    'duplicate-reformatted',
    'LX-132',
    ['An Offer, and again with XML declaration and line feed', 'The same Receipt'],
    async (kit) => {
      const { sealed, answer } = await makeTalk(kit).offer();
      expectReceipt(answer);
      const xml = `<?xml version="1.0" encoding="UTF-8"?>\n${sealed.xml}\n`;
      expectSame(answer, await kit.post(xml, {}, sealed));
    },
  ),
  check(
    'duplicate-after-the-end',
    'LX-131',
    ['An Offer, NoLongerAvailable, and the Offer again', 'The same Receipt, and no effect'],
    async (kit) => {
      const talk = makeTalk(kit);
      const { sealed, answer } = await talk.offer();
      expectReceipt((await talk.close()).answer);
      expectSame(answer, await kit.deliver(sealed));
      expectProblem((await talk.award()).answer, 'illegal-transition');
    },
  ),
  check(
    'duplicates-at-once',
    'LX-130 LX-131',
    ['The same Offer eight times at once', 'The same Receipt each time'],
    async (kit) => {
      const talk = makeTalk(kit);
      const sealed = talk.say('Offer', talk.offerBody());
      const [one, ...others] = await Promise.all(Array.from({ length: 8 }, () => kit.deliver(sealed)));
      meets(one !== undefined, 'No answer.');
      expectReceipt(one);
      for (const other of others) expectSame(one, other);
    },
  ),
  check(
    'same-id-other-content',
    'LX-050',
    ['Another Offer under the same MessageId', 'Problem conflict'],
    async (kit) => {
      const talk = makeTalk(kit);
      const { sealed, answer } = await talk.offer();
      expectReceipt(answer);
      const { messageId } = sealed;
      expectProblem((await talk.offer({ mode: 'grab' }, { messageId })).answer, 'conflict');
    },
  ),
];

const addressed: readonly Check[] = [
  check('audience', 'LX-051', ['An Offer to another node', 'Problem audience'], async (kit) => {
    const talk = makeTalk(kit);
    const sealed = talk.say('Offer', talk.offerBody(), { to: 'elsewhere.example' });
    expectProblem(await kit.post(sealed.xml, {}, { ...sealed, to: kit.target.nodeId }), 'audience');
  }),
  check('expired', 'LX-052', ['An Offer that expired six minutes ago', 'Problem expired'], async (kit) => {
    const times = { created: at(kit, -60 * minute), expires: at(kit, -6 * minute) };
    expectProblem((await makeTalk(kit).offer({}, times)).answer, 'expired');
  }),
  check(
    'expired-within-skew',
    'LX-052',
    ['An Offer that expired three minutes ago', 'A Receipt: clocks differ'],
    async (kit) => {
      const times = { created: at(kit, -60 * minute), expires: at(kit, -3 * minute) };
      expectReceipt((await makeTalk(kit).offer({}, times)).answer);
    },
  ),
  check('lives-too-long', 'LX-052', ['An Offer that lives fifteen days', 'Problem expired'], async (kit) => {
    const times = { created: at(kit, 0), expires: at(kit, 15 * 24 * 60 * minute) };
    expectProblem((await makeTalk(kit).offer({}, times)).answer, 'expired');
  }),
  check(
    'from-future',
    'LX-052 LX-079',
    ['An Offer created in seven minutes', 'Problem from-future, retryable'],
    async (kit) => {
      const times = { created: at(kit, 7 * minute), expires: at(kit, 60 * minute) };
      expectProblem((await makeTalk(kit).offer({}, times)).answer, 'from-future');
    },
  ),
  check(
    'from-future-within-skew',
    'LX-052',
    ['An Offer created in three minutes', 'A Receipt: clocks differ'],
    async (kit) => {
      const times = { created: at(kit, 3 * minute), expires: at(kit, 60 * minute) };
      expectReceipt((await makeTalk(kit).offer({}, times)).answer);
    },
  ),
  check('offer-closed', 'LX-113', ['An Offer whose ClosesAt is past', 'Problem expired'], async (kit) => {
    expectProblem((await makeTalk(kit).offer({ closesAt: at(kit, -10 * minute) })).answer, 'expired');
  }),
];

const understood: readonly Check[] = [
  check('schema', 'LX-011 LX-042', ['An Offer without ClosesAt, properly signed', 'Problem schema'], async (kit) => {
    const talk = makeTalk(kit);
    const sealed = talk.say('Offer', talk.offerBody());
    const xml = resigned(sealed.xml, kit.identity.key, (text) => text.replace(/<l:ClosesAt>.*<\/l:ClosesAt>/, ''));
    expectProblem(await kit.post(xml, {}, quoting(xml, sealed)), 'schema');
  }),
  check(
    'problem-tells-no-value',
    'LX-081',
    ['An Offer whose Mode is a long word of the sender', 'Problem schema, without that word'],
    async (kit) => {
      const talk = makeTalk(kit);
      const sealed = talk.say('Offer', talk.offerBody());
      const word = `canary-${talk.conversation}`;
      const xml = resigned(sealed.xml, kit.identity.key, (text) => text.replace('>direct<', `>${word}<`));
      const answer = await kit.post(xml, {}, quoting(xml, sealed));
      expectProblem(answer, 'schema');
      meets(!answer.body.includes(word), 'The Problem repeats what was sent.');
    },
  ),
  check('receipt-posted', 'LX-080', ['A Receipt, posted by itself', 'Problem not-understood'], async (kit) => {
    const { sealed, answer } = await makeTalk(kit).offer();
    expectReceipt(answer);
    const inReplyTo = { messageId: sealed.messageId, digest: sealed.digest };
    expectProblem(await kit.deliver(kit.say('Receipt', { receivedAt: at(kit, 0) }, { inReplyTo })), 'not-understood');
  }),
  check(
    'level-not-announced',
    'LX-090',
    ['A message of a level that the node did not announce', 'Problem not-understood'],
    async (kit) => {
      const talk = await offered(kit);
      const body = { revision: 1, reason: 'correction' as const, changedFields: ['contact.jobTitle'], lead: {} };
      if (!kit.announced.has('Update')) expectProblem((await talk.send('Update', body)).answer, 'not-understood');
      else if (kit.announced.has('Privacy')) throw new NotRun('The node announced the levels Update and Privacy.');
      else expectProblem((await talk.send('AccessRequest', {})).answer, 'not-understood');
    },
  ),
  check('extension-unknown', 'LX-202', ['An Offer with an extension nobody knows', 'A Receipt'], async (kit) => {
    const { answer } = await extended(kit, '');
    expectReceipt(answer);
  }),
  check(
    'extension-must-understand',
    'LX-202',
    ['The same with MustUnderstand="true"', 'Problem not-understood'],
    async (kit) => {
      const { answer } = await extended(kit, 'MustUnderstand="true" ');
      expectProblem(answer, 'not-understood');
    },
  ),
  check('capabilities-posted', 'LX-051', ['Capabilities, addressed to the node', 'A signed answer'], async (kit) => {
    expectUnderstood(await kit.deliver(greeting(kit)));
  }),
];

/** A document of the kit that no reader of the kit would take: its digest is what it says. */
export function quoting(
  xml: string,
  sealed: { readonly messageId: string; readonly from: string; readonly to: string },
) {
  return { ...sealed, digest: /<ds:DigestValue>([^<]*)</.exec(xml)?.[1] ?? '' };
}

async function extended(kit: Kit, attribute: string) {
  const talk = makeTalk(kit);
  const sealed = talk.say('Offer', talk.offerBody());
  const extension = `<l:Extension ${attribute}Uri="urn:example:conformance">x</l:Extension>`;
  const xml = resigned(sealed.xml, kit.identity.key, (text) =>
    text.replace('</l:Body>', `</l:Body><l:Extensions>${extension}</l:Extensions>`),
  );
  return { answer: await kit.post(xml, {}, quoting(xml, sealed)) };
}

/** What tells a partner that the kit is there. */
export function greeting(kit: Kit) {
  const { name, endpoint, kid, algorithm, spki } = kit.invitation;
  return kit.say('Capabilities', { name, endpoint, keys: [{ kid, algorithm, spki }], ...kitSpeaks });
}

export const offeringChecks: readonly Check[] = [
  capabilities,
  limitsAnnounced,
  ...first,
  ...repeated,
  ...addressed,
  ...understood,
];
