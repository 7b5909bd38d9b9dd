/** Results: held until they are there or a while has passed; protobuf or JSON, as the client likes. */
import {
  cancelFuture,
  retrieveFuture,
  retrieveFutures,
} from '../../../engine/tinker/wire/endpoints/future-endpoints.ts';
import { forwardBackwardOutputToJson } from '../../../engine/tinker/wire/forward-backward-json.ts';
import { encodeForwardBackwardOutput } from '../../../engine/tinker/wire/forward-backward-output.ts';
import { sampleResponseToJson } from '../../../engine/tinker/wire/sample-json.ts';
import { encodeSampleResponse } from '../../../engine/tinker/wire/sample-response.ts';
import type { Exchange } from '../../exchange.ts';
import type { FutureResult } from '../futures.ts';
import { type Answer, type Route, route } from './route.ts';

const protobuf = 'application/x-protobuf';

export const futureRoutes: readonly Route[] = [
  route(retrieveFuture, async ({ service, body, exchange }) => {
    const { futures, limits } = service;
    const future = futures.find(body.request_id);
    const outcome = await futures.wait(future, limits.holdMilliseconds, exchange.signal);
    exchange.signal.throwIfAborted();
    if (outcome === undefined) {
      return { type: 'try_again', request_id: future.id, queue_state: 'active' };
    }
    exchange.response.once('finish', () => futures.markFetched(future.id));
    if (outcome.kind === 'failed') return { error: outcome.message, category: outcome.category };
    return sendResult(exchange, outcome);
  }),
  route(retrieveFutures, async ({ service, body, exchange }) => {
    const { futures, limits } = service;
    const { target, prev_cursor, timeout, retrieved_request_ids } = body;
    for (const id of retrieved_request_ids ?? []) futures.markFetched(id);
    const group = service.sampling(target.sampling_session_id).groupOfClone(target.cloned_sampler_id ?? 0);
    const hold = Math.min((timeout ?? Number.POSITIVE_INFINITY) * 1000, limits.holdMilliseconds);
    const { completions, cursor } = await futures.completions(group, prev_cursor, hold, exchange.signal);
    exchange.signal.throwIfAborted();
    return {
      completions: completions.map(({ id, isFailed }) => ({
        state: isFailed ? 'failed' : 'finished',
        request_id: id,
      })),
      cursor,
    };
  }),
  route(cancelFuture, ({ service, body }) => {
    service.futures.cancel(body.request_id);
    return {};
  }),
];

function sendResult(exchange: Exchange, result: FutureResult): Answer {
  if (result.kind === 'json') return result.body;
  const wantsProtobuf = (exchange.request.headers.accept ?? '').includes(protobuf);
  if (!wantsProtobuf) {
    return result.kind === 'sample'
      ? sampleResponseToJson(result.response)
      : forwardBackwardOutputToJson(result.output);
  }
  const bytes =
    result.kind === 'sample'
      ? encodeSampleResponse(result.response)
      : encodeForwardBackwardOutput(result.output);
  exchange.send(200, bytes, { 'content-type': protobuf });
  return undefined;
}
