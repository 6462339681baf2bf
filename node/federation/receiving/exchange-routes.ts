import { batchLimits, batchMediaType, capabilitiesPath, endpointPath, mediaType } from '../../../protocol/index.ts';
import { addressKey, createFailureLimit } from '../../kernel/rate-limit.ts';
import { reply, route, type Reply, type Route } from '../../kernel/routes.ts';
import { sealCapabilities } from '../peers/capabilities.ts';
import { countRefusal } from './count-refusals.ts';
import { receiveBatch, type FrameAnswer } from './receive-batch.ts';
import { receiveMessage, type ExchangeAnswer } from './receive-message.ts';

/** Documents of one address a minute whose sender is not proven: each may cost as much as the longest message. */
const unprovenPerMinute = 1_000;
const makeUnprovenLimit = () => createFailureLimit(unprovenPerMinute);

const messages = route({
  method: 'POST',
  path: endpointPath,
  access: 'public',
  summary:
    'Where partners post signed messages, one or a frame of them; answered with a signed Receipt or Problem each',
  body: 'raw',
  maxBytes: batchLimits.bytes,
  unlimited: true,
  perMinute: 6_000,
  unreadable: () => toReply({ status: 401 }),
  handler: async (ctx, { body, headers, request }) => {
    const [limit, from] = [ctx.memory(makeUnprovenLimit), addressKey(request.address)];
    await limit.check(from);
    const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (type === batchMediaType) {
      const answer = await receiveBatch(ctx, body);
      await limit.count(from, answer.unproven);
      for (let each = 0; each < answer.unproven; each++) countRefusal(ctx, 'unauthenticated');
      return toFrame(answer);
    }
    const answer = type === mediaType ? await receiveMessage(ctx, body) : strangersAnswer;
    if (answer.xml === undefined) {
      countRefusal(ctx, 'unauthenticated');
      await limit.count(from, 1);
    }
    return toReply(answer);
  },
});

const capabilities = route({
  method: 'GET',
  path: capabilitiesPath,
  access: 'public',
  summary: 'What this node speaks, signed',
  handler: async (ctx) =>
    reply({ contentType: mediaType, body: await sealCapabilities(ctx), headers: { 'cache-control': 'max-age=86400' } }),
});

const strangersAnswer: ExchangeAnswer = { status: 401 };

/** Strangers all get the same bytes. */
function toReply({ status, xml, retryAfter }: ExchangeAnswer): Reply {
  if (xml === undefined) return reply({ status, contentType: 'text/plain', body: 'unauthenticated' });
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return reply({ status, contentType: mediaType, body: xml, headers });
}

function toFrame({ status, frame, retryAfter }: FrameAnswer): Reply {
  if (frame) return reply({ status, contentType: batchMediaType, body: frame });
  if (retryAfter === undefined) return toReply({ status });
  return reply({ status, contentType: 'text/plain', body: 'wait', headers: { 'retry-after': String(retryAfter) } });
}

export const exchangeRoutes: readonly Route[] = [messages, capabilities];
