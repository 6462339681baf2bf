/** A node's answer that was not a success. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: unknown;

  constructor(what: string, status: number, problem: unknown) {
    const { code = 'unknown', detail = '' } = (problem ?? {}) as { code?: string; detail?: string };
    super(`${what}: ${status} ${code} ${detail}`.trim());
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.problem = problem;
  }
}

export interface Upload {
  contentType: string;
  bytes: Uint8Array;
}

/** A user of a node's public HTTP API, by API token. Every call rejects with `ApiError` when the node refuses. */
export interface ApiClient {
  get<T = unknown>(path: string): Promise<T>;
  send<T = unknown>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
  upload<T = unknown>(path: string, upload: Upload): Promise<T>;
}

export function makeApiClient(url: string, token?: string, headers: Readonly<Record<string, string>> = {}): ApiClient {
  const call = async <T>(method: string, path: string, init: RequestInit): Promise<T> => {
    const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(new URL(path, url), {
      ...init,
      method,
      headers: {
        accept: 'application/json',
        ...authorization,
        ...headers,
        ...(init.headers as Record<string, string>),
      },
    });
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '') ? (JSON.parse(text) as unknown) : text;
    if (!response.ok) throw new ApiError(`${method} ${path}`, response.status, json);
    return json as T;
  };
  return {
    get: (path) => call('GET', path, {}),
    send: (method, path, body) =>
      call(
        method,
        path,
        body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
      ),
    upload: (path, { contentType, bytes }) =>
      call('POST', path, { headers: { 'content-type': contentType }, body: bytes as BodyInit }),
  };
}
