import { expect, it } from 'vitest';
import { findConversation, updateConversation } from '../../node/federation/store/conversations.ts';
import { onDatabase } from '../support/databases.ts';
import { openFederation } from '../support/federation.ts';

onDatabase('postgres', (database) => {
  it('a transaction whose conversation went on in another process runs again', async () => {
    await database.withPlace(async (place) => {
      await using world = await openFederation({
        nodes: ['vendor', 'reseller'],
        place: (name) => (name === 'vendor' ? place : { dataFolder: `${place.dataFolder}/reseller` }),
      });
      await world.introduce('vendor', 'reseller');
      const [vendor, twin] = [world.node('vendor'), await world.twin('vendor')];
      await vendor.offerAllTo([await vendor.partnerBox('reseller')]);
      await vendor.receive();
      await world.settle();
      const [key] = await vendor.ctx.db.selectFrom('conversation').select(['peerId', 'conversationId']).execute();
      const seen: (number | undefined)[] = [];
      const heard = async (process: typeof vendor) =>
        process.meddle(async (tx) => {
          const conversation = await findConversation(tx, key!);
          await updateConversation(tx, conversation!, { receivedSeq: 5 });
        });
      await vendor.meddle(async (tx) => {
        const conversation = await findConversation(tx, key!);
        seen.push(conversation?.receivedSeq);
        if (seen.length === 1) await heard(twin);
        await updateConversation(tx, conversation!, { sentSeq: 9 });
      });
      expect(seen).toEqual([1, 5]);
      expect(await findConversation(vendor.ctx, key!)).toMatchObject({ receivedSeq: 5, sentSeq: 9 });
    });
  });
});
