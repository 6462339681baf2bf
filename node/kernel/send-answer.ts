import type { Response } from 'express';
import { isReply, type Reply, type Route } from './routes.ts';

/** Sends what a handler returned: JSON cut to the route's `reply` schema, or a `reply()`. */
export function sendAnswer(response: Response, route: Route, answer: unknown): void {
  response.setHeader('cache-control', 'no-store');
  if (isReply(answer)) sendReply(response, route, answer);
  else sendJson(response, route, answer, route.status);
}

function sendReply(response: Response, route: Route, answer: Reply): void {
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  const status = answer.status ?? route.status;
  if (answer.contentType === undefined) {
    sendJson(response, route, answer.body, status);
    return;
  }
  if (answer.body !== undefined && typeof answer.body !== 'string' && !(answer.body instanceof Uint8Array))
    throw new Error(
      `${route.method} ${route.path} answered ${answer.contentType} with a body that is not text or bytes`,
    );
  response.status(status ?? 200).setHeader('content-type', answer.contentType);
  response.end(answer.body);
}

function sendJson(response: Response, route: Route, body: unknown, status?: number): void {
  if (body === undefined) {
    response.status(status ?? 204).end();
    return;
  }
  const shown: unknown = route.reply ? route.reply.parse(body) : body;
  response.status(status ?? 200).setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(shown));
}
