import { expect, it } from 'vitest';
import { enterLead } from '../../node/intake/enter-lead.ts';
import { importListHandler } from '../../node/intake/import-chunk.ts';
import { receiveMail } from '../../node/intake/receive-mail.ts';
import { dismissTrayEntry } from '../../node/intake/settle-tray.ts';
import { startImport } from '../../node/intake/start-import.ts';
import { trimIntake } from '../../node/intake/trim-intake.ts';
import * as store from '../../node/intake/store.ts';
import { formDefinition } from '../../node/intake/form.ts';
import { transact } from '../../node/kernel/context.ts';
import type { Actor } from '../../node/kernel/routes.ts';
import { onDatabase } from '../support/databases.ts';
import { listUnindexed, recordStatements } from '../support/statements.ts';

const actor: Actor = { userId: 'user_1', role: 'administrator', name: 'Ada', via: 'token' };
const lead = { contact: { fullName: 'Ada', emails: [{ value: 'ada@example.com' }] } };

onDatabase('sqlite', (database) => {
  it('reads nothing whole and sorts nothing without an index', () =>
    database.withStore(async (opened) => {
      const { ctx, statements } = recordStatements(opened);
      await enterLead(ctx, actor, { lead }, 'key');
      const bytes = Buffer.from('Name,Email\nA,a@b.cd\nNobody,\n');
      const { id } = await startImport(ctx, actor, { bytes, provider: 'x', options: {} });
      await startImport(ctx, actor, { bytes, provider: 'x', options: {} });
      await transact(ctx, async (tx) => {
        if ('apply' in importListHandler) await importListHandler.apply(tx, { listId: id, number: 0 });
      });
      await store.listRefusals(ctx, id, { afterLine: 0, limit: 10 });
      await store.listLists(ctx, { limit: 10, cursor: 'list_z' });
      const { trayIds } = await receiveMail(ctx, Buffer.from('From: a@b.cd\nSubject: x\n\nhello'));
      await receiveMail(ctx, Buffer.from('From: a@b.cd\nSubject: x\n\nhello'));
      await dismissTrayEntry(ctx, actor, trayIds[0]!);
      await store.listTray(ctx, { state: 'open', limit: 10, cursor: 'tray_0' });
      const form = formDefinition.parse({ title: 'x', fields: [{ name: 'a', label: 'A' }] });
      await transact(ctx, (tx) => store.saveForm(tx, 'x', form, true));
      await store.getForm(ctx, 'x');
      await store.listForms(ctx, { limit: 10, cursor: 'form_0' });
      await transact(ctx, trimIntake);
      expect(statements.size).toBeGreaterThan(20);
      expect(listUnindexed(opened, statements)).toEqual([]);
    }));

  it('enters a lead with seven statements, two of them about the key of its content, and two more to enter it once', () =>
    database.withStore(async (opened) => {
      const count = async (key?: string) => {
        const { ctx, statements } = recordStatements(opened);
        await enterLead(ctx, actor, { lead }, key);
        return [...statements].filter((sql) => /^(select|insert|update|delete|with)\b/.test(sql)).length;
      };
      expect(await count()).toBe(7);
      expect(await count('key')).toBe(9);
    }));
});
