import { capabilitiesPath, endpointPath, limits, mediaType } from '../../protocol/index.ts';
import { reply, route, type Reply, type Route } from '../kernel/routes.ts';
import { sealCapabilities } from './capabilities.ts';
import { receiveMessage, type ExchangeAnswer } from './receive-message.ts';

const messages = route({
  method: 'POST',
  path: endpointPath,
  access: 'public',
  summary: 'Where partners post signed messages; answered with a signed Receipt or Problem',
  body: 'raw',
  maxBytes: limits.messageBytes,
  unlimited: true,
  perMinute: 6_000,
  unreadable: () => toReply({ status: 401 }),
  handler: async (ctx, { body, headers }) => {
    const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    return toReply(type === mediaType ? await receiveMessage(ctx, body) : { status: 401 });
  },
});

const capabilities = route({
  method: 'GET',
  path: capabilitiesPath,
  access: 'public',
  summary: 'What this node speaks, signed',
  handler: (ctx) =>
    reply({ contentType: mediaType, body: sealCapabilities(ctx), headers: { 'cache-control': 'max-age=86400' } }),
});

/** Strangers all get the same bytes. */
function toReply({ status, xml, retryAfter }: ExchangeAnswer): Reply {
  if (xml === undefined) return reply({ status, contentType: 'text/plain', body: 'unauthenticated' });
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return reply({ status, contentType: mediaType, body: xml, headers });
}

export const exchangeRoutes: readonly Route[] = [messages, capabilities];
