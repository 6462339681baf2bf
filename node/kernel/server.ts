import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Config } from './config.ts';
import { CodedError } from './errors.ts';
import { readTlsFiles } from './tls.ts';

/** A server that listens. */
export interface Listening {
  readonly port: number;
  /** Accepts nothing new, ends open streams, lets requests finish for `graceMilliseconds`, then cuts what is left. */
  stop(graceMilliseconds?: number): Promise<void>;
}

const limits = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 10_000,
  maxHeaderSize: 16 * 1024,
  insecureHTTPParser: false,
};

/**
 * Listens as configured, with TLS when there are files for it. `closing` is what `createApp` was given: it ends streams.
 * Throws `cannot-listen` and the errors of `readTlsFiles`.
 */
export async function listen(config: Config, app: RequestListener, closing: AbortController): Promise<Listening> {
  const server: Server = config.tls
    ? createHttpsServer({ ...limits, ...readTlsFiles(config.tls, Date.now()), minVersion: 'TLSv1.2' }, app)
    : createHttpServer(limits, app);
  server.maxRequestsPerSocket = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const where = `${config.host}:${config.port}`;
      reject(new CodedError('cannot-listen', 500, `Cannot listen on ${where} (${cause.code ?? 'unknown'}).`));
    });
    server.listen(config.port, config.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: (graceMilliseconds = 5_000) => stop(server, closing, graceMilliseconds),
  };
}

async function stop(server: Server, closing: AbortController, graceMilliseconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  closing.abort();
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, graceMilliseconds);
  await closed;
  clearTimeout(cut);
}
