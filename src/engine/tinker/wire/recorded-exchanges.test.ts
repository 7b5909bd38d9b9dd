/**
 * Exchanges that were recorded between the official SDK (0.25.0, 0.38.0) and a SkyRL server: every body is read, and
 * every protobuf body is written again byte for byte. Skipped, saying so, where the recordings are not beside the checkout.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import * as archive from './endpoints/archive-endpoints.ts';
import * as checkpoints from './endpoints/checkpoint-endpoints.ts';
import { type Endpoint, type FutureEndpoint, futureTicket } from './endpoints/endpoint.ts';
import * as futures from './endpoints/future-endpoints.ts';
import * as models from './endpoints/model-endpoints.ts';
import * as sampling from './endpoints/sampling-endpoints.ts';
import * as server from './endpoints/server-endpoints.ts';
import * as sessions from './endpoints/session-endpoints.ts';
import * as training from './endpoints/training-endpoints.ts';
import { decodeForwardBackwardOutput, encodeForwardBackwardOutput } from './forward-backward-output.ts';
import { decodeForwardBackwardRequest, encodeForwardBackwardRequest } from './forward-backward-request.ts';
import { SampleResponseSchema } from './generated/sampling_pb.ts';
import { ForwardBackwardOutputSchema, ForwardBackwardRequestSchema } from './generated/training_pb.ts';
import { decodeSampleResponse, encodeSampleResponse } from './sample-response.ts';
import { parseTinkerPath } from './tinker-path.ts';

const folder = new URL('../../../../../shared/reference/tinker/', import.meta.url);
const skip = existsSync(folder) ? false : 'the recorded exchanges are not beside the checkout';

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly request_headers: Readonly<Record<string, string>>;
  readonly request_body: unknown;
  readonly status: number;
  readonly response_content_type: string;
  readonly response_body: unknown;
}

const endpoints = [server, sessions, models, training, checkpoints, sampling, futures, archive].flatMap(
  (family) =>
    Object.values(family).filter(
      (value): value is Endpoint | FutureEndpoint => 'path' in value && 'request' in value,
    ),
);

function read(file: string): Exchange[] {
  const lines = readFileSync(new URL(file, folder), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Exchange);
}

/** The bytes of a body that is protobuf. */
function protobufOf(body: unknown): Uint8Array | undefined {
  return typeof body === 'object' && body !== null && 'b64' in body
    ? Buffer.from(String(body.b64), 'base64')
    : undefined;
}

function endpointOf({ method, path }: Exchange): Endpoint | FutureEndpoint | undefined {
  const rest = path.replace('/api/v1/', '');
  return endpoints.find(
    (candidate) =>
      candidate.method === method &&
      new RegExp(`^${candidate.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(rest),
  );
}

for (const file of ['wire-capture.jsonl', 'wire-capture-0.38.jsonl']) {
  test(`${file}: training requests come back byte for byte`, { skip }, () => {
    const bodies = read(file)
      .filter(({ path }) => path.endsWith('/forward_backward'))
      .map(({ request_body }) => protobufOf(request_body) ?? assert.fail('no protobuf'));
    assert.ok(bodies.length >= 5);
    for (const bytes of bodies) {
      assertSameBytes(
        toBinary(ForwardBackwardRequestSchema, fromBinary(ForwardBackwardRequestSchema, bytes)),
        bytes,
      );
      const request = decodeForwardBackwardRequest(bytes);
      const [datum] = request.data;
      assert.equal(datum?.inputs.get('target_tokens')?.data.length, datum?.tokens_N.length);
      assert.deepEqual(decodeForwardBackwardRequest(encodeForwardBackwardRequest(request)), request);
      // Spans that say where tokens came from are read past, and 0.25 knows one form of a config.
      const { data, lossFnConfigV2 } = fromBinary(ForwardBackwardRequestSchema, bytes);
      if (data.some(({ modelInputSpans }) => modelInputSpans.length > 0)) continue;
      const configForms = Object.keys(lossFnConfigV2).length > 0 ? 'both' : 'old';
      assertSameBytes(encodeForwardBackwardRequest(request, { configForms }), bytes);
    }
  });

  test(`${file}: results come back byte for byte`, { skip }, () => {
    const results = read(file).filter(({ response_content_type: type }) => type === 'application/x-protobuf');
    assert.ok(results.length >= 2);
    for (const { request_headers, response_body } of results) {
      const bytes = protobufOf(response_body) ?? assert.fail('no protobuf');
      if (request_headers['x-tinker-request-type'] === 'Sample') {
        assertSameBytes(toBinary(SampleResponseSchema, fromBinary(SampleResponseSchema, bytes)), bytes);
        const response = decodeSampleResponse(bytes);
        assert.ok(response.sequences.every(({ logprobs_T }) => logprobs_T?.every((value) => value <= 0)));
        assertSameBytes(encodeSampleResponse(response), bytes);
      } else {
        assertSameBytes(
          toBinary(ForwardBackwardOutputSchema, fromBinary(ForwardBackwardOutputSchema, bytes)),
          bytes,
        );
        const output = decodeForwardBackwardOutput(bytes);
        assert.ok(
          output.outputs_D.every((outputs) => outputs.get('logprobs')?.data.every((value) => value <= 0)),
        );
        assertSameBytes(encodeForwardBackwardOutput(output), bytes);
      }
    }
  });

  test(`${file}: every JSON body is what its endpoint takes and answers`, { skip }, () => {
    const unknown = new Set<string>();
    for (const exchange of read(file)) {
      const endpoint = endpointOf(exchange);
      if (endpoint === undefined) {
        unknown.add(exchange.path);
        continue;
      }
      const { request_body: request, response_body: answer, status } = exchange;
      if (protobufOf(request) === undefined && status !== 422) endpoint.request.parse(request ?? {});
      if (status !== 200 || protobufOf(answer) !== undefined) continue;
      endpoint.answer.parse(answer);
      if (exchange.path.endsWith('/retrieve_future')) assertResult(exchange);
      else if ('requestType' in endpoint) futureTicket.parse(answer);
    }
    // What no client of ours asks for, and no server of ours answers.
    const known = ['/api/v1/save_weights_external', '/api/v1/copy_weights'];
    assert.deepEqual(
      [...unknown].filter((path) => !known.includes(path)),
      [],
    );
  });
}

/** A JSON result is what the kind of its request has. */
function assertResult({ request_headers, response_body }: Exchange): void {
  const type = request_headers['x-tinker-request-type'];
  const endpoint = endpoints.find(
    (candidate): candidate is FutureEndpoint => 'requestType' in candidate && candidate.requestType === type,
  );
  const answer = futures.readFutureAnswer(response_body);
  assert.equal(answer.kind, 'result');
  if (answer.kind !== 'result') return;
  const result = endpoint?.result.parse(answer.value) as { readonly path?: string | null } | undefined;
  assert.ok(result !== undefined, `no result of ${type}`);
  if (result.path != null) parseTinkerPath(result.path);
}

function assertSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  assert.equal(Buffer.from(actual).toString('hex'), Buffer.from(expected).toString('hex'));
}
