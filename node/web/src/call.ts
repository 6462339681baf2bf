/** An answer that was not a success, with the node's own code and sentence. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  /** The place in the input that does not fit, when the node names one: `lead.contact.emails.0.value`. */
  readonly path: string | undefined;

  constructor(status: number, code: string, message: string, path?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.path = path;
  }
}

interface Problem {
  code?: string;
  detail?: string;
  title?: string;
  details?: { path?: unknown };
}

/** Asks the node one question. */
export type Call = <T>(method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<T>;

/** `csrf`: what writes of this session carry; null before anybody signed in. Calls reject with `Refusal`. */
export const makeCall =
  (csrf: string | null): Call =>
  async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const sent: Record<string, string> = { accept: 'application/json', ...headers };
    if (body !== undefined) sent['content-type'] = 'application/json';
    if (method !== 'GET' && csrf !== null) sent['x-csrf-token'] = csrf;
    const init = { method, headers: sent, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(path, init).catch(() => {
      throw new Refusal(0, 'unreachable', 'The node cannot be reached. Check your connection; nothing was changed.');
    });
    const json = parse(await response.text());
    if (response.ok) return json as T;
    throw refusalOf(response, json ?? {});
  };

/** Characters that only turn the direction of writing round: a stranger's name could turn ours with it. */
const turnRound = /[\u202a-\u202e\u2066-\u2069]/g;

/** A proxy in between may answer with a page of its own. */
function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text.replace(turnRound, ''));
  } catch {
    return undefined;
  }
}

function refusalOf({ status, statusText }: Response, { code, detail, title, details }: Problem): Refusal {
  const path = typeof details?.path === 'string' ? details.path : undefined;
  return new Refusal(status, code ?? 'unknown', detail ?? title ?? `The node answered ${status} ${statusText}.`, path);
}
