import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideDisclosure } from '../../node/disclosure/decide-disclosure.ts';
import { policyActions, type FieldPolicy } from '../../node/disclosure/decide-field.ts';
import { maskValue } from '../../node/disclosure/masks.ts';
import { narrowPlan, narrowUpdate } from '../../node/disclosure/narrow-plan.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { getField, leadFields, type FieldTerm, type Lead } from '../../protocol/index.ts';
import { anyLead } from '../protocol/arbitraries.ts';
import { canary, openFederation, sampleLead } from '../support/federation.ts';
import { agree } from './support.ts';

const paths = leadFields.map(({ path }) => path);
const anyTerm: fc.Arbitrary<FieldTerm> = fc.record({
  field: fc.constantFrom(...paths, 'fields.budgetcode'),
  inOffer: fc.constantFrom('shown', 'masked', 'withheld', 'never'),
  inRelease: fc.constantFrom('shown', 'never'),
});
const anyTerms = fc.uniqueArray(anyTerm, { selector: ({ field }) => field, maxLength: 60 });
const anyPolicies: fc.Arbitrary<FieldPolicy[]> = fc.array(
  fc.record({
    recipientKind: fc.constant('peer' as const),
    target: fc.constantFrom(...paths, 'fields.BudgetCode'),
    stage: fc.constantFrom('offered', 'released'),
    action: fc.constantFrom(...policyActions),
  }),
  { maxLength: 60 },
);
const withCustom = anyLead.map((lead): Lead => ({
  ...lead,
  fields: [
    { name: 'BudgetCode', type: 'text', value: 'X-1' },
    { name: 'Colour', type: 'text', value: 'red' },
  ],
}));
const peer = { kind: 'peer', id: 'reseller.example' } as const;

describe('what an agreement does not allow', () => {
  it('is in no offer, no release and no update, whatever the policies say', () => {
    fc.assert(
      fc.property(withCustom, anyPolicies, anyTerms, (lead, policies, terms) => {
        const planned = decideDisclosure(lead, policies, peer, 'direct');
        const plan = narrowPlan(planned, terms);
        const termOf = (path: string) => terms.find(({ field }) => field === path);
        const update = narrowUpdate({ fields: paths, lead }, terms);
        for (const path of paths.filter((each) => each !== 'fields')) {
          const term = termOf(path);
          const [offered, released] = [getField(plan.offered, path), getField(plan.released, path)];
          // Never more than the policies alone would show.
          if (getField(planned.released, path) === undefined) expect(released).toBeUndefined();
          if (getField(planned.offered, path) === undefined) expect(offered).toBeUndefined();
          if (term?.inRelease === 'never') expect([offered, released]).toEqual([undefined, undefined]);
          if (term?.inRelease === 'never') expect(update?.fields ?? []).not.toContain(path);
          if (term?.inRelease === 'never') expect(update && getField(update.lead, path)).toBeUndefined();
          if (!term || term.inOffer === 'withheld' || term.inOffer === 'never') expect(offered).toBeUndefined();
          if (term?.inOffer === 'masked' && offered !== undefined)
            expect(offered).toEqual(maskValue(path, getField(lead, path)));
          // Every field is in one list at most, and what a list says is so.
          const lists = [plan.withheldFields, plan.maskedFields, plan.neverFields];
          expect(lists.filter((list) => list.includes(path)).length).toBeLessThanOrEqual(1);
          if (plan.withheldFields.includes(path)) expect(offered).toBeUndefined();
          if (offered !== undefined && !plan.maskedFields.includes(path)) expect(offered).toEqual(released);
        }
        const names = (part: Lead | undefined) => (part?.fields ?? []).map(({ name }) => name.toLowerCase());
        for (const name of ['budgetcode', 'colour']) {
          const term = termOf(`fields.${name}`) ?? termOf('fields');
          if (term?.inRelease === 'never')
            for (const part of [plan.offered, plan.released, update?.lead]) expect(names(part)).not.toContain(name);
          if (term?.inOffer !== 'shown') expect(names(plan.offered)).not.toContain(name);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('says of a field the same for every lead: the lists hang on policies and terms alone', () => {
    fc.assert(
      fc.property(withCustom, anyLead, anyPolicies, anyTerms, (one, other, policies, terms) => {
        const lists = (lead: Lead) => {
          const { withheldFields, maskedFields, neverFields } = narrowPlan(
            decideDisclosure(lead, policies, peer, 'grab'),
            terms,
          );
          return { withheldFields, maskedFields, neverFields };
        };
        expect(lists(one)).toEqual(lists(other));
      }),
      { numRuns: 100 },
    );
  });

  it('does not leave the node: neither with the offer nor with the release', async () => {
    await using world = await openFederation({ nodes: ['vendor', 'reseller'] });
    await world.introduce('vendor', 'reseller');
    const [vendor, reseller] = [world.node('vendor'), world.node('reseller')];
    const ann = await reseller.user('Ann');
    await vendor.offerAllTo([await vendor.partnerBox('reseller')]);
    await reseller.offerAllTo([ann.boxId]);
    const shown = { inOffer: 'shown', inRelease: 'shown' } as const;
    await agree(world, [vendor, reseller], {
      fieldTerms: [
        { field: 'interest.products', ...shown },
        { field: 'contact.familyName', inOffer: 'masked', inRelease: 'shown' },
        { field: 'contact.emails', inOffer: 'never', inRelease: 'never' },
        { field: 'contact.phones', inOffer: 'withheld', inRelease: 'never' },
      ],
    });
    const leadId = await vendor.receive();
    await world.settle();
    const [offered] = await reseller.leads();
    // The policies alone would show company and city.
    expect(offered?.document).toEqual({ interest: sampleLead.interest });
    expect(offered?.hiddenFields).toEqual(expect.arrayContaining(['account.name', 'contact.givenName']));
    await reseller.accept(offered!.id, ann.id);
    await world.settle();
    const released = (await reseller.lead(offered!.id)).document;
    expect(released.contact).toMatchObject({ familyName: `Lovelace ${canary}` });
    expect([released.contact?.emails, released.contact?.phones]).toEqual([undefined, undefined]);
    const sent = world.wire.calls.filter(({ from }) => from === 'vendor').map(({ xml }) => xml);
    expect(sent.join('')).not.toMatch(/@kanarienvogel|491705550123/);
    const [recipient] = await vendor.recipients(leadId);
    expect(recipient?.fields.never).toEqual(expect.arrayContaining(['contact.emails', 'contact.phones']));
    expect(recipient?.fields.shown).toEqual(['interest.products']);
    await reseller.write((tx) => changeLead(tx, offered!.id, 'work'));
    await world.settle();
    expect(world.wire.calls.every(({ status }) => status === 200)).toBe(true);
  });
});
