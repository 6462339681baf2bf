import { makeApiClient, type ApiClient } from '../../node/cli/api-client.ts';
import { addPerson, tokenByLink } from '../../node/cli/demo/session.ts';
import { openStore, type FreshPlace, type Store } from '../support/store.ts';
import { findFreePort } from '../../node/cli/demo/processes.ts';
import { startBalancer, startNodeProcess, type NodeProcess } from './node-process.ts';

/** One organisation's node: several processes on one database, behind one address. */
export interface Cluster {
  readonly nodeId: string;
  readonly url: string;
  readonly processes: NodeProcess[];
  readonly administrator: ApiClient;
  readonly token: string;
  /** The administrator as a client of one process. */
  at(index: number): ApiClient;
  addUser(name: string): Promise<ClusterUser>;
  /** Its rows, read from outside. */
  readonly store: Store;
  /** Starts one of the processes again, on the same data and port. */
  restart(index: number): Promise<void>;
  stop(): Promise<void>;
}

export interface ClusterUser {
  readonly id: string;
  readonly token: string;
  /** The user as a client of each process. */
  readonly doors: readonly ApiClient[];
}

/** Starts all processes at once: on an empty database, the first one there migrates it and makes the administrator. */
export async function startCluster(name: string, place: FreshPlace, count: number): Promise<Cluster> {
  const ports: number[] = [];
  for (let index = 0; index < count; index++) ports.push(await findFreePort());
  const balancer = await startBalancer(() => ports);
  const start = (port: number) => startNodeProcess({ name, place, port, publicUrl: balancer.url });
  const processes = ports.map(start);
  const printed = await Promise.all(processes.map((one) => one.listening));
  const link = /https?:\/\/\S+\/sign-in#token=\S+/.exec(printed.join('\n'))?.[0] ?? '';
  const token = await tokenByLink(balancer.url, link);
  const store = await openStore(place);
  const at = (index: number) => makeApiClient(processes[index]!.url, token);
  return {
    nodeId: `${name}.localhost`,
    url: balancer.url,
    processes,
    administrator: makeApiClient(balancer.url, token),
    token,
    at,
    store,
    async addUser(userName) {
      const email = `${userName.toLowerCase()}@${name}.example`;
      const person = await addPerson(at(0), processes[0]!.url, { name: userName, email, role: 'representative' });
      return { ...person, doors: processes.map(({ url }) => makeApiClient(url, person.token)) };
    },
    async restart(index) {
      processes[index] = start(ports[index]!);
      await processes[index].listening;
    },
    async stop() {
      await Promise.all(processes.map((one) => one.kill('SIGTERM')));
      balancer.stop();
      await store.close();
      await place.remove();
    },
  };
}

/** Makes two clusters partners by the real onboarding. */
export async function introduce(first: Cluster, second: Cluster): Promise<void> {
  await accept(first, second);
  await accept(second, first);
}

async function accept(host: Cluster, guest: Cluster): Promise<void> {
  const { text: invitation } = await guest.administrator.send<{ text: string }>('POST', '/api/peers/invitations');
  const asked = { invitation, role: 'both', allowedAddress: '127.0.0.0/8' };
  const peer = await host.administrator.send<{ fingerprint: string }>('POST', '/api/peers/invitations/accept', asked);
  const { fingerprint } = peer;
  await host.administrator.send('POST', `/api/peers/${guest.nodeId}/confirm`, { fingerprint });
}
