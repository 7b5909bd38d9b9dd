/** What is written is read back, in protobuf and in JSON, and what is no message is refused with a reason. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { asample } from './endpoints/sampling-endpoints.ts';
import { forward, forwardBackward } from './endpoints/training-endpoints.ts';
import { outputs, requests, responses } from './fixtures/arbitrary-messages.ts';
import {
  forwardBackwardOutputFromJson,
  forwardBackwardOutputToJson,
  forwardBackwardRequestFromJson,
  forwardBackwardRequestToJson,
} from './forward-backward-json.ts';
import { decodeForwardBackwardOutput, encodeForwardBackwardOutput } from './forward-backward-output.ts';
import { decodeForwardBackwardRequest, encodeForwardBackwardRequest } from './forward-backward-request.ts';
import { sampleResponseFromJson, sampleResponseToJson } from './sample-json.ts';
import { decodeSampleResponse, encodeSampleResponse } from './sample-response.ts';
import { WireError } from './wire-error.ts';

const runs = { numRuns: 200, seed: 10 };
/** As another program reads it. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('a training request comes back from protobuf and from JSON', () => {
  fc.assert(
    fc.property(requests, (request) => {
      assert.deepEqual(decodeForwardBackwardRequest(encodeForwardBackwardRequest(request)), request);
      const old = encodeForwardBackwardRequest(request, { configForms: 'old' });
      assert.deepEqual(decodeForwardBackwardRequest(old), request);
      const { path, body } = forwardBackwardRequestToJson(request);
      const schema = path === 'forward' ? forward.request : forwardBackward.request;
      assert.deepEqual(forwardBackwardRequestFromJson(schema.parse(sent(body))), request);
    }),
    runs,
  );
});

test('a training result comes back from protobuf and from JSON', () => {
  fc.assert(
    fc.property(outputs, (output) => {
      assert.deepEqual(decodeForwardBackwardOutput(encodeForwardBackwardOutput(output)), output);
      const json = forwardBackward.result.parse(sent(forwardBackwardOutputToJson(output)));
      assert.deepEqual(forwardBackwardOutputFromJson(json), output);
    }),
    runs,
  );
});

test('a sampling result comes back from protobuf, and from JSON what JSON has', () => {
  fc.assert(
    fc.property(responses, (response) => {
      assert.deepEqual(decodeSampleResponse(encodeSampleResponse(response)), response);
      const { promptCacheHitTokens: _hits, targetPromptLogprobs: _targets, ...inJson } = response;
      const json = asample.result.parse(sent(sampleResponseToJson(response)));
      assert.deepEqual(sampleResponseFromJson(json), inJson);
    }),
    runs,
  );
});

test('texts of a loss config travel for those who know them', () => {
  const request = {
    modelId: 'm',
    seqId: 1,
    lossFn: 'custom',
    lossFnConfig: new Map<string, number | string>([['loss_id', 'x']]),
    forwardOnly: false,
    data: [],
  };
  assert.deepEqual(decodeForwardBackwardRequest(encodeForwardBackwardRequest(request)), request);
  assert.throws(() => encodeForwardBackwardRequest(request, { configForms: 'old' }), /no texts/);
});

test('fields that are not known are skipped, at the top and inside', () => {
  fc.assert(
    fc.property(responses, (response) => {
      const bytes = encodeSampleResponse(response);
      assert.deepEqual(decodeSampleResponse(withUnknownFields(bytes)), response);
      assert.deepEqual(decodeSampleResponse(withUnknownFieldsIn(bytes, 1)), response);
    }),
    runs,
  );
});

test('bytes that are no message give a WireError and nothing else', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    // Messages with one byte changed, or cut.
    fc.tuple(requests, fc.nat(), fc.nat({ max: 255 })).map(([request, place, value]) => {
      const encoded = encodeForwardBackwardRequest(request);
      encoded[place % encoded.length] = value;
      return encoded.subarray(0, encoded.length - (value % 3));
    }),
  );
  const decoders = [decodeForwardBackwardRequest, decodeForwardBackwardOutput, decodeSampleResponse];
  let refused = 0;
  fc.assert(
    fc.property(bytes, fc.constantFrom(...decoders), (given, decode) => {
      try {
        decode(given);
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
        refused += 1;
      }
    }),
    { numRuns: 3_000, seed: 11 },
  );
  assert.ok(refused > 300, `${refused}`);
});

test('errors say of which message, of which datum and why', () => {
  assert.throws(() => decodeSampleResponse(Uint8Array.of(0x0a, 200)), {
    name: 'WireError',
    message: /^the bytes are no SampleResponse: /,
  });
  const lame = new BinaryWriter().uint32((2 << 3) | WireType.LengthDelimited).bytes(Uint8Array.of(1, 2, 3));
  const response = new BinaryWriter().uint32((1 << 3) | WireType.LengthDelimited).bytes(lame.finish());
  assert.throws(() => decodeSampleResponse(response.finish()), {
    message: 'sequences[0].tokens: 3 bytes are not a whole number of 4-byte values',
  });
});

/** With a varint field 900 and a text field 901 before and after what is there. */
function withUnknownFields(bytes: Uint8Array): Uint8Array {
  const extra = new BinaryWriter();
  extra.uint32((900 << 3) | WireType.Varint).uint32(7);
  extra.uint32((901 << 3) | WireType.LengthDelimited).string('new');
  const unknown = extra.finish();
  return Buffer.concat([unknown, bytes, unknown]);
}

/** The same inside of every message of field `number`. */
function withUnknownFieldsIn(bytes: Uint8Array, number: number): Uint8Array {
  const reader = new BinaryReader(bytes);
  const writer = new BinaryWriter();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === number) {
      writer.uint32((field << 3) | type).bytes(withUnknownFields(reader.bytes()));
    } else {
      const start = reader.pos;
      reader.skip(type, field);
      writer.uint32((field << 3) | type).raw(bytes.subarray(start, reader.pos));
    }
  }
  return writer.finish();
}
