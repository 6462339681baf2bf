import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { endpointPath, limits, makeHeader, makeInvitation, seal } from '../index.ts';
import type { Bodies, FindKey, Invitation, MessageType, Sealed } from '../index.ts';
import { postTo, type Answer, type Posted } from './answer.ts';
import { meets, NotRun } from './check.ts';
import { pinTarget, sealAs, type HeaderWish, type Identity } from './identity.ts';
import { startListener, type Delivery, type Expected, type Listener } from './listener.ts';

/** An Offer that people on the tested side decide about. */
export interface OfferMade {
  readonly conversation: string;
  /** Name of the company in the offered lead: unique, so that a person or a program finds it. */
  readonly company: string;
}

/** What the people of the tested side do; what is left out is never done, or done by the node itself. */
export interface Acts {
  /** Have the node under test accept this offer. */
  readonly offer?: (made: OfferMade) => Promise<void>;
  /** Have the node under test offer a lead to the kit. */
  readonly lead?: () => Promise<void>;
  /** Called when the kit begins to wait: a node on a clock of its own is moved on here. */
  readonly idle?: () => Promise<void>;
}

export interface KitOptions {
  /** The invitation of the node under test; its endpoint is where the kit posts. */
  readonly target: Invitation;
  readonly identity: Identity;
  /** 0 takes a free port. */
  readonly port: number;
  readonly host?: string;
  /** Where the node under test reaches the kit; default: where it listens. */
  readonly endpoint?: string;
  readonly acts?: Acts;
  /** How long to wait for what the tested side does by itself, in milliseconds. */
  readonly waitMs: number;
  readonly now?: () => number;
}

type Post = (body: string | Uint8Array, headers?: Readonly<Record<string, string>>, posted?: Posted) => Promise<Answer>;

/** What checks work with. */
export interface Kit {
  readonly identity: Identity;
  readonly target: Invitation;
  readonly invitation: Invitation;
  readonly listener: Listener;
  readonly acts: Acts;
  readonly waitMs: number;
  readonly findKey: FindKey;
  /** Levels the node under test announced. */
  readonly announced: Set<string>;
  now(): number;
  /** Seals a message of the kit for the node under test. */
  say<T extends MessageType>(type: T, body: Bodies[T], header?: HeaderWish): Sealed;
  /** Posts bytes, and comes again when the node says that it was asked too much. */
  readonly post: Post;
  /** Posts bytes, and takes the answer as it is. */
  readonly postOnce: Post;
  /** Posts a sealed message. */
  deliver(sealed: Sealed): Promise<Answer>;
  /** A delivery of the node under test; undefined when none came in time. */
  arrival(expected: Expected): Promise<Delivery | undefined>;
  /** Throws `Unmet` unless it is the one answer all strangers get (LX-043). */
  expectStranger(answer: Answer): Promise<void>;
  /** Remembers why something cannot be had, so that nobody waits for it again. */
  giveUp(what: 'accept' | 'offer', why: string): never;
  /** Throws `NotRun` when that was given up before. */
  stillHopes(what: 'accept' | 'offer'): void;
  /** Done after the check, whatever came of it. */
  later(tidy: () => Promise<unknown>): void;
  tidyUp(): Promise<void>;
  stop(): Promise<void>;
}

export const freshId = (): string => `kit-${randomBytes(9).toString('hex')}`;

/** Starts the kit: from here on it answers as a node does. */
export async function startKit(options: KitOptions): Promise<Kit> {
  const { target, identity, acts = {}, waitMs, now = Date.now, host = '127.0.0.1', port } = options;
  const findKey = pinTarget(target);
  const capabilities = () => describeKit(identity, endpoint, now());
  const listener = await startListener({ identity, findKey, now, host, port, capabilities });
  const endpoint = options.endpoint ?? listener.address + endpointPath;
  const name = 'Lead Exchange conformance kit';
  const invitation = makeInvitation({ nodeId: identity.nodeId, name, endpoint, key: identity.key, createdAt: now() });
  const office = postOffice(options, findKey);
  const tidying: (() => Promise<unknown>)[] = [];
  return {
    ...{ identity, target, invitation, listener, acts, waitMs, findKey, now, announced: new Set() },
    ...office,
    ...patience(options, listener),
    expectStranger: makeExpectStranger(office.post),
    later: (tidy) => void tidying.push(tidy),
    async tidyUp() {
      for (const tidy of tidying.splice(0)) await tidy();
    },
    stop: () => listener.stop(),
  };
}

/** What the kit can hear, and answer with a receipt. */
export const kitSpeaks = {
  versions: ['1'],
  levels: ['Core', 'Withhold', 'Update', 'Privacy', 'Agreement', 'Audit'],
  maxMessageBytes: limits.messageBytes,
};

function describeKit({ nodeId, key }: Identity, endpoint: string, now: number): string {
  const keys = [{ kid: key.kid, algorithm: key.algorithm, spki: key.spki.toString('base64') }];
  const header = makeHeader({ type: 'Capabilities', from: nodeId, to: '*', now, lifeMs: 86_400_000 });
  return seal({ header, body: { name: 'Lead Exchange conformance kit', endpoint, keys, ...kitSpeaks } }, key).xml;
}

/** A node that is asked too much may say so; the kit waits as long as it is told to. */
const tooMany = 429;
const mostTries = 4;
const longestPauseSeconds = 60;

function postOffice({ target, identity, now = Date.now }: KitOptions, findKey: FindKey) {
  const { endpoint, nodeId: to } = target;
  const postOnce: Post = (body, headers = {}, posted) => postTo({ endpoint, body, headers, posted }, findKey);
  const post: Post = async (body, headers, posted) => {
    for (let tries = 1; ; tries++) {
      const answer = await postOnce(body, headers, posted);
      if (answer.status !== tooMany || tries === mostTries) return answer;
      await pause(Math.min(answer.retryAfter ?? 1, longestPauseSeconds) * 1_000);
    }
  };
  return {
    ...{ post, postOnce },
    deliver: (sealed: Sealed) => post(sealed.xml, {}, sealed),
    say: <T extends MessageType>(type: T, body: Bodies[T], header: HeaderWish = {}) =>
      sealAs(identity, { to, now: now() }, { type, body, header }),
  };
}

function patience({ acts = {}, waitMs }: KitOptions, listener: Listener) {
  const givenUp = new Map<string, string>();
  return {
    async arrival(expected: Expected): Promise<Delivery | undefined> {
      const found = listener.find(expected);
      if (found) return found;
      const waiting = waitFor(listener, expected, waitMs);
      await acts.idle?.();
      return waiting;
    },
    giveUp(what: string, why: string): never {
      givenUp.set(what, why);
      throw new NotRun(why);
    },
    stillHopes(what: string) {
      const why = givenUp.get(what);
      if (why !== undefined) throw new NotRun(why);
    },
  };
}

function waitFor(listener: Listener, expected: Expected, waitMs: number): Promise<Delivery | undefined> {
  return new Promise((resolve) => {
    const end = (delivery: Delivery | undefined) => {
      clearTimeout(timer);
      forget();
      resolve(delivery);
    };
    const timer = setTimeout(() => end(undefined), waitMs);
    const forget = listener.onDelivery(() => {
      const found = listener.find(expected);
      if (found) end(found);
    });
  });
}

/** What all others are compared with is the answer to a text that is no document at all. */
function makeExpectStranger(post: Kit['post']): Kit['expectStranger'] {
  let constant: Answer | undefined;
  return async ({ status, kind, body, contentType }) => {
    const found = `${status}${kind === 'unsigned' ? '' : ', signed'}`;
    meets(kind === 'unsigned' && status === 401, `Expected the constant 401, got ${found}.`);
    constant ??= await post('stranger');
    const same = constant.status === status && constant.body.equals(body) && constant.contentType === contentType;
    meets(same, 'The answer to strangers is not always the same: it tells what was wrong.');
  };
}
