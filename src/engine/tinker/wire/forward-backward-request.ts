/**
 * A training request as protobuf. The data hold text only: a chunk of another kind is refused by name. Where tokens
 * came from (provenance) is skipped.
 */
import { create, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { type DatumSchema, ForwardBackwardRequestSchema } from './generated/training_pb.ts';
import { bytesOf, int32Array } from './little-endian.ts';
import { readMessage } from './read-message.ts';
import { WireError } from './wire-error.ts';
import { tensorFromMessage, tensorToMessage, type WireTensor } from './wire-tensor.ts';

export interface WireDatum {
  /** The model's input: all but the last token of a sequence. */
  readonly tokens_N: Int32Array;
  /** `target_tokens`, `weights`, `logprobs`, `advantages` and others, each of N rows. */
  readonly inputs: ReadonlyMap<string, WireTensor>;
}

export interface ForwardBackwardRequest {
  readonly modelId: string;
  readonly seqId: number;
  readonly lossFn: string;
  readonly lossFnConfig: ReadonlyMap<string, number | string>;
  /** Log-probs are wanted and no gradient. */
  readonly forwardOnly: boolean;
  readonly data: readonly WireDatum[];
}

/** `configForms`: numbers of the config for old readers only, or for those of 0.38 too; texts need the latter. */
export function encodeForwardBackwardRequest(
  request: ForwardBackwardRequest,
  { configForms = 'both' }: { readonly configForms?: 'old' | 'both' } = {},
): Uint8Array<ArrayBuffer> {
  const entries = [...request.lossFnConfig];
  const numbers = entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  if (configForms === 'old' && numbers.length < entries.length) {
    throw new WireError('ForwardBackwardRequest: old readers know no texts in loss_fn_config');
  }
  return toBinary(
    ForwardBackwardRequestSchema,
    create(ForwardBackwardRequestSchema, {
      modelId: request.modelId,
      seqId: request.seqId,
      lossFn: request.lossFn,
      forwardOnly: request.forwardOnly,
      lossFnConfig: Object.fromEntries(numbers),
      ...(configForms === 'old'
        ? {}
        : { lossFnConfigV2: Object.fromEntries(entries.map(([name, value]) => [name, configValue(value)])) }),
      data: request.data.map(({ tokens_N, inputs }) => ({
        modelInput: [{ chunk: { case: 'encodedText' as const, value: { tokens: bytesOf(tokens_N) } } }],
        lossFnInputs: Object.fromEntries(
          [...inputs].map(([name, tensor]) => [name, tensorToMessage(tensor)]),
        ),
      })),
    }),
  );
}

/** Throws a WireError where the bytes are no such request. */
export function decodeForwardBackwardRequest(bytes: Uint8Array): ForwardBackwardRequest {
  const message = readMessage('ForwardBackwardRequest', () =>
    fromBinary(ForwardBackwardRequestSchema, bytes),
  );
  const config = new Map<string, number | string>(Object.entries(message.lossFnConfig));
  for (const [name, { value }] of Object.entries(message.lossFnConfigV2)) {
    if (value.case !== undefined) config.set(name, value.value);
  }
  return {
    modelId: message.modelId,
    seqId: message.seqId,
    lossFn: message.lossFn,
    lossFnConfig: config,
    forwardOnly: message.forwardOnly,
    data: message.data.map((datum, index) => datumFromMessage(datum, `data[${index}]`)),
  };
}

function configValue(value: number | string) {
  return typeof value === 'number'
    ? { value: { case: 'number' as const, value } }
    : { value: { case: 'text' as const, value } };
}

function datumFromMessage(datum: MessageShape<typeof DatumSchema>, what: string): WireDatum {
  const parts = datum.modelInput.map(({ chunk }, index) => {
    if (chunk.case !== 'encodedText') {
      throw new WireError(
        `${what}.model_input[${index}]: a chunk of kind ${chunk.case ?? 'unknown'}; only encoded_text is read`,
      );
    }
    return int32Array(chunk.value.tokens, `${what}.model_input[${index}]`);
  });
  const inputs = Object.entries(datum.lossFnInputs).map(
    ([name, tensor]) => [name, tensorFromMessage(tensor, `${what}.loss_fn_inputs.${name}`)] as const,
  );
  return { tokens_N: concatenate(parts), inputs: new Map(inputs) };
}

/** One array of several, a single one as it is. */
export function concatenate(parts: readonly Int32Array[]): Int32Array {
  const [first, ...others] = parts;
  if (first !== undefined && others.length === 0) return first;
  const whole = new Int32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
