import { networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import { CodedError } from './errors.ts';
import { mayListenOn } from './may-listen-on.ts';
import { nodeRoles, type NodeRole } from './node-role.ts';
import {
  readAddress,
  readCount,
  readCountOrNone,
  readHostName,
  readPort,
  readRanges,
  readServerUrl,
  readSwitch,
  readText,
  readUrl,
} from './settings.ts';

/** Every setting of a node, read and checked. Times in milliseconds. */
export interface Config {
  /** This node's id on the wire: lower-case host-name grammar, for example `vendor.example`. */
  readonly nodeId: string;
  readonly name: string;
  /** What it is to partners; `both` when absent. */
  readonly role?: NodeRole;
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
  /** Where people and partners reach this node, without a trailing slash. */
  readonly publicUrl: string;
  /** Where partners reach this node, when that is not `publicUrl`; without a trailing slash. */
  readonly partnerUrl?: string;
  /** PostgreSQL; SQLite in the data folder when absent. */
  readonly databaseUrl?: string;
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
  /** Addresses or CIDR ranges, comma-separated, of the proxies that end TLS before this node. */
  readonly trustedProxy?: string;
  readonly smtpUrl?: string;
  /** Sender of every mail. */
  readonly mailFrom: string;
  /** Shows the mailbox page with every mail this node sent. */
  readonly demo: boolean;
  readonly logLevel: string;
  /** How many requests a minute one client address, and one user, may make. */
  readonly requestsPerMinute: number;
  /** How many messages a minute one partner may send; announced to partners. */
  readonly messagesPerMinute: number;
  /** How often to ask partners for messages; for a node that nobody can reach. Undefined: they are posted here. */
  readonly fetchEverySeconds?: number;
  /** Of so many messages of partners one is verified once more, by another library; 0: none. */
  readonly secondOpinionEvery: number;
}

/** One setting: its name in the environment (as a flag: `--node-id`), its default, what it means, how it is read. */
interface Setting {
  readonly env: string;
  /** As it would be written; absent when nothing is the default. */
  readonly standard?: string;
  readonly meaning: string;
  readonly read: (text: string) => unknown;
}

const setting = <T>(env: string, standard: string | undefined, meaning: string, read: (text: string) => T) => ({
  env,
  ...(standard !== undefined && { standard }),
  meaning,
  read,
});

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** All settings, in the order the documentation shows them. */
export const settings = {
  nodeId: setting(
    'LEADMESH_NODE_ID',
    'localhost',
    'Id of this node on the wire: a host name, lower case. Never change it once partners know it.',
    readHostName,
  ),
  name: setting(
    'LEADMESH_NAME',
    undefined,
    'Name of the organisation, shown to people and partners. Default: the node id.',
    readText,
  ),
  role: setting(
    'LEADMESH_EXCHANGE_ROLE',
    'both',
    'What this node is to partners: primary (it offers leads and takes none), secondary (it takes leads and offers none), both, or secondary-only (a secondary whose leads come from its primaries alone).',
    oneOf(nodeRoles),
  ),
  dataFolder: setting(
    'LEADMESH_DATA_FOLDER',
    './data',
    'Folder of the database and the keys. Made on the first start.',
    readText,
  ),
  host: setting('LEADMESH_HOST', '127.0.0.1', 'Address to listen on.', readAddress),
  port: setting('LEADMESH_PORT', '8080', 'Port to listen on; 0 takes any free one.', readPort),
  publicUrl: setting(
    'LEADMESH_PUBLIC_URL',
    undefined,
    'Where people and partners reach this node. Default: made of scheme, host and port.',
    readUrl,
  ),
  partnerUrl: setting(
    'LEADMESH_PARTNER_URL',
    undefined,
    'Where partners reach this node, if by another address than people, for example inside a container network. Default: the public URL.',
    readUrl,
  ),
  databaseUrl: setting(
    'LEADMESH_DATABASE_URL',
    undefined,
    'PostgreSQL to use instead of SQLite in the data folder, as postgres://user:password@host/name.',
    readServerUrl(['postgres', 'postgresql']),
  ),
  tlsCertificate: setting(
    'LEADMESH_TLS_CERTIFICATE',
    undefined,
    'File with the TLS certificate chain, PEM. Needs LEADMESH_TLS_KEY.',
    readText,
  ),
  tlsKey: setting('LEADMESH_TLS_KEY', undefined, 'File with the private key of the TLS certificate, PEM.', readText),
  trustedProxy: setting(
    'LEADMESH_TRUSTED_PROXY',
    undefined,
    'Addresses or CIDR ranges, comma-separated, of the proxies that end TLS before this node; only theirs X-Forwarded headers count.',
    readRanges,
  ),
  smtpUrl: setting(
    'LEADMESH_SMTP_URL',
    undefined,
    'Mail server: smtp://host or smtps://host. Without it mail stays in the mailbox of the node.',
    readServerUrl(['smtp', 'smtps']),
  ),
  mailFrom: setting(
    'LEADMESH_MAIL_FROM',
    undefined,
    'Sender address of every mail. Default: leads@ and the node id.',
    readText,
  ),
  demo: setting(
    'LEADMESH_DEMO',
    'false',
    'Shows every mail this node sent to whoever asks; for demonstrations on this machine only.',
    readSwitch,
  ),
  logLevel: setting('LEADMESH_LOG_LEVEL', 'info', `How much to log: ${logLevels.join(', ')}.`, oneOf(logLevels)),
  requestsPerMinute: setting(
    'LEADMESH_REQUESTS_PER_MINUTE',
    '3000',
    'How many requests a minute one client address, and one user, may make.',
    readCount,
  ),
  messagesPerMinute: setting(
    'LEADMESH_MESSAGES_PER_MINUTE',
    '6000',
    'How many messages a minute one partner may send; partners are told. Beyond it they are asked to wait.',
    readCount,
  ),
  fetchEverySeconds: setting(
    'LEADMESH_FETCH_EVERY_SECONDS',
    undefined,
    'For a node that partners cannot reach: how often to ask them for the messages they keep for it. They set it as fetching.',
    readCount,
  ),
  secondOpinionEvery: setting(
    'LEADMESH_SECOND_OPINION_EVERY',
    '50',
    'Of so many messages of partners, one is verified once more by another library; 0 for none. A difference shows on the partner’s page.',
    readCountOrNone,
  ),
} satisfies Record<string, Setting>;

type Settings = typeof settings;
type Values = { [Key in keyof Settings]: ReturnType<Settings[Key]['read']> | undefined };
type Texts = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from the environment; flags (`{ 'node-id': 'vendor.example' }`) win over it. Throws a CodedError that
 * names every problem: `unknown-setting`, `bad-setting`, or the code of the contradiction.
 */
export function readConfig(env: Texts, flags: Texts = {}, addresses: () => readonly string[] = ownAddresses): Config {
  const problems = [...unknownNames(env, flags)];
  const values = Object.fromEntries(
    Object.entries(settings).map(([key, each]) => {
      const text = flags[flagOf(each)] || env[each.env] || (each as Setting).standard;
      try {
        return [key, text === undefined ? undefined : each.read(text)];
      } catch (error) {
        problems.push({ code: 'bad-setting', message: `${each.env}: ${(error as Error).message}` });
        return [key, undefined];
      }
    }),
  ) as Values;
  if (problems.length === 0) problems.push(...contradictions(values, addresses()));
  if (problems.length > 0) throw refuse(problems);
  return assemble(values);
}

/** The flag of a setting, without the dashes: `LEADMESH_NODE_ID` is `node-id`. */
export const flagOf = (each: Setting) => each.env.replace('LEADMESH_', '').toLowerCase().replaceAll('_', '-');

interface Problem {
  readonly code: string;
  readonly message: string;
}

const refuse = (problems: readonly Problem[]) =>
  new CodedError(problems[0]?.code ?? 'bad-setting', 500, problems.map((problem) => problem.message).join('\n'), {
    problems,
  });

function* unknownNames(env: Texts, flags: Texts): Generator<Problem> {
  const all = Object.values(settings);
  const unknown = (name: string) => ({ code: 'unknown-setting', message: `${name} is not a setting of Leadmesh.` });
  for (const name of Object.keys(env))
    if (name.startsWith('LEADMESH_') && !all.some((each) => each.env === name)) yield unknown(name);
  for (const name of Object.keys(flags)) if (!all.some((each) => flagOf(each) === name)) yield unknown(`--${name}`);
}

function* contradictions(values: Values, addresses: readonly string[]): Generator<Problem> {
  const { host = '127.0.0.1', tlsCertificate, tlsKey, trustedProxy, publicUrl, partnerUrl } = values;
  const tls = tlsCertificate !== undefined && tlsKey !== undefined;
  if ((tlsCertificate === undefined) !== (tlsKey === undefined))
    yield {
      code: 'tls-incomplete',
      message: 'LEADMESH_TLS_CERTIFICATE and LEADMESH_TLS_KEY go together: give both or none.',
    };
  yield* mayListenOn({ host, addresses, encrypted: tls || trustedProxy !== undefined, demo: values.demo ?? false });
  const urls = { PUBLIC: publicUrl, PARTNER: partnerUrl };
  for (const [whose, url] of Object.entries(urls)) {
    const code = `${whose.toLowerCase()}-url`;
    if (tls && url?.startsWith('http:'))
      yield {
        code: `${code}-contradicts-tls`,
        message: `LEADMESH_${whose}_URL says http, but a TLS certificate is given.`,
      };
    if (!tls && trustedProxy === undefined && url?.startsWith('https:'))
      yield {
        code: `${code}-without-tls`,
        message: `LEADMESH_${whose}_URL says https, but there is neither a TLS certificate nor a trusted proxy that could speak it.`,
      };
  }
  if (values.demo && values.smtpUrl !== undefined)
    yield {
      code: 'demo-with-smtp',
      message: 'LEADMESH_DEMO sends to invented addresses: it refuses a real LEADMESH_SMTP_URL.',
    };
}

function assemble(values: Values): Config {
  const { nodeId = '', host = '', port = 0, tlsCertificate, tlsKey, dataFolder = '' } = values;
  const tls = tlsCertificate !== undefined && tlsKey !== undefined;
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    nodeId,
    name: values.name ?? nodeId,
    ...(values.role !== undefined && { role: values.role }),
    dataFolder: resolve(dataFolder),
    host,
    port,
    publicUrl: values.publicUrl ?? `${tls ? 'https' : 'http'}://${shown}:${port}`,
    ...(values.partnerUrl !== undefined && { partnerUrl: values.partnerUrl }),
    ...(values.databaseUrl !== undefined && { databaseUrl: values.databaseUrl }),
    ...(tls && { tls: { certificateFile: resolve(tlsCertificate), keyFile: resolve(tlsKey) } }),
    ...(values.trustedProxy !== undefined && { trustedProxy: values.trustedProxy }),
    ...(values.smtpUrl !== undefined && { smtpUrl: values.smtpUrl }),
    mailFrom: values.mailFrom ?? `leads@${nodeId}`,
    demo: values.demo ?? false,
    logLevel: values.logLevel ?? 'info',
    requestsPerMinute: values.requestsPerMinute ?? 0,
    messagesPerMinute: values.messagesPerMinute ?? 0,
    ...(values.fetchEverySeconds !== undefined && { fetchEverySeconds: values.fetchEverySeconds }),
    secondOpinionEvery: values.secondOpinionEvery ?? 0,
  };
}

function oneOf<T extends string>(words: readonly T[]) {
  return (text: string): T => {
    const word = words.find((known) => known === text);
    if (word !== undefined) return word;
    throw new Error(`must be one of ${words.join(', ')}`);
  };
}

const ownAddresses = () =>
  Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((each) => each.address));
