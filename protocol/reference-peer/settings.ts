/** All settings of the reference peer, read from the environment: name, default, meaning. */
export const settingTable = [
  ['LEADMESH_PEER_NODE_ID', 'peer.localhost', 'Node id, a lower-case host name.'],
  ['LEADMESH_PEER_NAME', 'Reference Peer', 'Name of the organisation.'],
  ['LEADMESH_PEER_HOST', '127.0.0.1', 'Address to listen on. The page / is open to whoever reaches it.'],
  ['LEADMESH_PEER_PORT', '4103', 'Port to listen on; 0 takes a free one.'],
  ['LEADMESH_PEER_ENDPOINT', '', 'Where partners post messages; default: the address it listens on.'],
  ['LEADMESH_PEER_DATA', 'data/reference-peer', 'Folder of the key, the own invitation and those of partners.'],
  ['LEADMESH_PEER_PACE_MS', '2000', 'How long the simulated desk takes for a decision or a step, in milliseconds.'],
  ['LEADMESH_PEER_DESK', 'simulated', 'What the desk does: simulated (as people do) or eager (takes and wins all).'],
] as const;

interface Settings {
  readonly nodeId: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly endpoint: string | undefined;
  readonly dataFolder: string;
  readonly paceMs: number;
  readonly desk: 'simulated' | 'eager';
}

/** Reads the settings; throws an Error that names the variable when one makes no sense or is unknown. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const values = new Map<string, string>(settingTable.map(([name, initial]) => [name, initial]));
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('LEADMESH_PEER_') || value === undefined) continue;
    if (!values.has(name)) throw new Error(`There is no setting ${name}.`);
    values.set(name, value);
  }
  const text = (name: string) => values.get(`LEADMESH_PEER_${name}`) ?? '';
  const number = (name: string, most: number) => {
    if (!/^\d{1,7}$/.test(text(name)) || Number(text(name)) > most) {
      throw new Error(`LEADMESH_PEER_${name} is a whole number from 0 to ${most}.`);
    }
    return Number(text(name));
  };
  const desk = text('DESK');
  if (desk !== 'simulated' && desk !== 'eager') throw new Error('LEADMESH_PEER_DESK is simulated or eager.');
  return {
    nodeId: text('NODE_ID'),
    name: text('NAME'),
    host: text('HOST'),
    port: number('PORT', 65_535),
    endpoint: text('ENDPOINT') === '' ? undefined : text('ENDPOINT'),
    dataFolder: text('DATA'),
    paceMs: number('PACE_MS', 3_600_000),
    desk,
  };
}
