import { setTimeout as pause } from 'node:timers/promises';
import { ApiError, makeApiClient, type ApiClient } from '../../node/cli/api-client.ts';

const againAfterMilliseconds = 40;

/** A client with this token that asks the same again, see `persist`. */
export const makePersistentClient = (url: string, token: string, signal: AbortSignal, key?: string): ApiClient =>
  persist(makeApiClient(url, token, key === undefined ? {} : { 'idempotency-key': key }), signal);

/**
 * A client that asks the same again until the node answers: a dead process, a broken connection or a node that starts is
 * no answer. Refusals reject with ApiError as usual. Ends with `signal`.
 */
export function persist(client: ApiClient, signal: AbortSignal): ApiClient {
  const untilAnswered = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error;
        signal.throwIfAborted();
        await pause(againAfterMilliseconds);
      }
    }
  };
  return {
    get: (path) => untilAnswered(() => client.get(path)),
    send: (method, path, body) => untilAnswered(() => client.send(method, path, body)),
    upload: (path, upload) => untilAnswered(() => client.upload(path, upload)),
  };
}
