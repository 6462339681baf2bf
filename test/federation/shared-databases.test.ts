import { describe, expect, it } from 'vitest';
import { onEachDatabase } from '../support/databases.ts';
import { openAccepted } from './shared-lead.ts';

onEachDatabase((database) => {
  describe('a lead that two nodes share', () => {
    it.each(['vendor', 'reseller'])('is changed, asked back and given back, where the %s keeps it', (kept) =>
      database.withPlace(async (place) => {
        const other = { dataFolder: `${place.dataFolder}/other` };
        await using world = await openAccepted({ place: (name) => (name === kept ? place : other) });
        const { vendor, reseller, leadId, heldId } = world;
        await world.edit(vendor, { 'contact.jobTitle': 'Buyer' });
        await world.settle();
        expect((await reseller.lead(heldId)).document.contact?.jobTitle).toBe('Buyer');
        await world.askBack();
        await world.settle();
        await world.answer(reseller, 'refused', 'We meet tomorrow.');
        await world.settle();
        await world.giveBack();
        await world.settle();
        await world.answer(vendor, 'agreed');
        await world.settle();
        expect(await world.conversations()).toEqual({ vendor: ['returned'], reseller: ['returned'] });
        expect([(await vendor.lead(leadId)).state, (await reseller.lead(heldId)).state]).toEqual([
          'unrouted',
          'withdrawn',
        ]);
      }),
    );
  });
});
