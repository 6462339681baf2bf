import { CodedError } from '../../node/kernel/errors.ts';
import { describeLetter, readLetters, type Letter } from './letter.ts';
import { never, type Process } from './node.ts';
import type { Random } from './random.ts';
import type { Timeline } from './timeline.ts';
import type { Trace } from './trace.ts';

/** How bad the network is: probabilities per request. */
export interface Weather {
  readonly lost: number;
  readonly answerLost: number;
  readonly twice: number;
  readonly cut: number;
  readonly sick: number;
  /** Takes much longer than usual, sometimes longer than anybody waits. */
  readonly slow: number;
}

export interface Request {
  readonly url: string;
  readonly body: Uint8Array;
  readonly contentType: string;
}
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Whoever can be written to. `undefined`: nobody is there, or it died before it answered. */
export interface Station {
  receive(request: Request): Promise<Answer | undefined>;
}

export interface Wires {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly trace: Trace;
  readonly stations: Map<string, Station>;
  weather(): Weather;
  /** What becomes for now of all that one says to the other, or of all answers to it. */
  cutOf(from: string, to: string): Cut | undefined;
  /** Sees every document that leaves, and every answer that arrives. */
  readonly onSent: (from: string, to: string, letters: readonly Letter[]) => void;
  readonly onAnswered: (from: string, to: string, letters: readonly Letter[]) => void;
}

/** What never arrives. */
export type Cut = 'lost' | 'answer-lost';

type Fate = 'fine' | 'lost' | 'answer-lost' | 'twice' | 'cut' | 'sick' | 'slow';

const unreachable = () =>
  new TypeError('fetch failed', { cause: new CodedError('peer-unreachable', 502, 'Simulated.') });
const brokenOff = () => new TypeError('fetch failed');

/** The way out of one process, over the simulated network. */
export function makeFetch(wires: Wires, from: string, process: Pick<Process, 'reaches' | 'isDead'>): typeof fetch {
  return (async (url: string, init: RequestInit) => {
    const request = readRequest(url, init);
    const to = new URL(url).hostname.replace('.localhost', '');
    const letters = readLetters(request.body, request.contentType);
    const what = letters.length > 0 ? letters.map(describeLetter).join(', ') : 'GET';
    if (process.reaches('send-before', what)) return never();
    const fate = drawFate(wires, from, to);
    wires.trace.say(`${from}>${to} ${what}${fate === 'fine' ? '' : ` [${fate}]`}`);
    if (fate !== 'lost') wires.onSent(from, to, letters);
    const answered = travel(wires, { from, to, request, fate });
    const answer = await unlessAborted(answered, init.signal ?? undefined).catch((error: unknown) => {
      wires.trace.say(`${from}<${to} ${(error as Error).message}`);
      throw error;
    });
    if (process.isDead()) return never();
    const answers = readAnswers(answer);
    wires.trace.say(`${from}<${to} ${answer.status} ${answers.map(describeLetter).join(', ')}`);
    wires.onAnswered(from, to, answers);
    return process.reaches('send-after', what) ? never() : toResponse(answer);
  }) as unknown as typeof fetch;
}

function readRequest(url: string, init: RequestInit): Request {
  const headers = init.headers as Record<string, string>;
  const body = typeof init.body === 'string' ? Buffer.from(init.body) : ((init.body as Uint8Array | undefined) ?? Buffer.alloc(0)); // prettier-ignore
  return { url, body, contentType: headers['content-type'] ?? '' };
}

function drawFate({ weather, random, cutOf }: Wires, from: string, to: string): Fate {
  const isCut = cutOf(from, to);
  if (isCut) return isCut;
  const { lost, answerLost, twice, cut, sick, slow } = weather();
  const fates = [['lost', lost], ['answer-lost', answerLost], ['twice', twice], ['cut', cut], ['sick', sick], ['slow', slow]] as const; // prettier-ignore
  let at = random.next();
  for (const [fate, share] of fates) {
    at -= share;
    if (at < 0) return fate;
  }
  return 'fine';
}

interface Journey {
  readonly from: string;
  readonly to: string;
  readonly request: Request;
  readonly fate: Fate;
}

const sickAnswers = [
  { status: 502, headers: {} },
  { status: 404, headers: {} },
  { status: 503, headers: { 'retry-after': '20' } },
  { status: 429, headers: { 'retry-after': '45' } },
] as const;

async function travel(wires: Wires, { from, to, request, fate }: Journey): Promise<Answer> {
  const { random, timeline } = wires;
  const pause = (delay: number) => new Promise<void>((resolve) => void timeline.after(delay, resolve));
  const latency = () => (fate === 'slow' ? random.between(2_000, 25_000) : random.between(2, 150));
  const arrive = async () => wires.stations.get(to)?.receive(request);
  await pause(latency());
  if (fate === 'lost') throw unreachable();
  if (fate === 'sick') return { ...random.pick(sickAnswers), contentType: 'text/html', body: Buffer.from('gone') };
  // A copy that comes late: what the network kept, or what somebody recorded and plays again.
  if (fate === 'twice') timeline.after(10 ** random.between(1, 7), () => void arrive().catch(() => undefined));
  const answer = await arrive();
  if (!answer) throw wires.stations.has(to) ? brokenOff() : unreachable();
  await pause(latency());
  if (fate === 'answer-lost' || wires.cutOf(from, to)) throw brokenOff();
  return fate === 'cut' ? { ...answer, body: answer.body.subarray(0, answer.body.length / 2) } : answer;
}

/** A signal that somebody listens to lives as long as the program, and all that the listener knows of. */
async function unlessAborted(answered: Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => (abort = () => reject(signal?.reason as Error)));
  signal?.addEventListener('abort', abort);
  return Promise.race([answered, aborted]).finally(() => signal?.removeEventListener('abort', abort));
}

function readAnswers({ body, contentType }: Answer): Letter[] {
  try {
    return contentType.startsWith('application/vnd') ? readLetters(body, contentType) : [];
  } catch {
    // Half a frame.
    return [];
  }
}

/** As much of a response as the product reads. */
const toResponse = ({ status, contentType, body, headers }: Answer): Response =>
  ({
    status,
    headers: { get: (name: string) => (name === 'content-type' ? contentType : (headers[name] ?? null)) },
    body: inOnePiece(body),
  }) as unknown as Response;

async function* inOnePiece(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(body);
}
