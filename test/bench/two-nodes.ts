import type { BenchNode } from './bench-node.ts';

interface Box {
  readonly id: string;
  readonly kind: string;
  readonly userId?: string;
  readonly version: number;
}

/** The host takes the guest's invitation and compares the ten words. */
async function acceptPeer(host: BenchNode, guest: BenchNode, role: string): Promise<void> {
  const { text: invitation } = await guest.administrator.send<{ text: string }>('POST', '/api/peers/invitations');
  const accepted = { invitation, role, allowedAddress: '127.0.0.0/8' };
  const { id, fingerprint } = await host.administrator.send<{ id: string; fingerprint: string }>(
    'POST',
    '/api/peers/invitations/accept',
    accepted,
  );
  await host.administrator.send('POST', `/api/peers/${id}/confirm`, { fingerprint });
}

/** One rule at the root: each lead is offered to this box. */
export async function offerAllTo({ administrator }: BenchNode, wanted: (box: Box) => boolean): Promise<void> {
  const { items } = await administrator.get<{ items: Box[] }>('/api/boxes');
  const root = items.find(({ kind }) => kind === 'system');
  const target = items.find(wanted);
  const assign = { mode: 'direct', to: [target?.id], offerMinutes: 10_000 };
  const rules = [{ name: 'All', condition: { all: [] }, action: { assign } }];
  await administrator.send('PUT', `/api/boxes/${root?.id ?? ''}/rules`, { version: root?.version, rules });
}

/** Both sides know each other: the vendor offers, the reseller is offered to. */
export async function introduce(vendor: BenchNode, reseller: BenchNode): Promise<void> {
  await acceptPeer(vendor, reseller, 'secondary');
  await acceptPeer(reseller, vendor, 'primary');
}
