/**
 * Gradients and steps, carried out in the order of their numbers. A request that is refused has used its number, so that
 * those behind it go on; what is torn is looked at for the number it has.
 */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { z } from 'zod';
import type { OptimiserStep } from '../../../engine/engine.ts';
import {
  forward,
  forwardBackward,
  muonParams,
  optimStep,
} from '../../../engine/tinker/wire/endpoints/training-endpoints.ts';
import { resetOptimizer } from '../../../engine/tinker/wire/extensions.ts';
import { forwardBackwardRequestFromJson } from '../../../engine/tinker/wire/forward-backward-json.ts';
import {
  decodeForwardBackwardRequest,
  type ForwardBackwardRequest,
} from '../../../engine/tinker/wire/forward-backward-request.ts';
import { invalidRequest } from '../../api-error.ts';
import { checkType, parseJsonBody, readBody } from '../../read-json-body.ts';
import type { ServedTraining } from '../served-training.ts';
import type { TinkerService } from '../tinker-service.ts';
import { readTrainingTask } from '../training-task.ts';
import { inTurn } from './in-turn.ts';
import { digestOf, isRefusal, type Route, rawRoute, readFields, reading, route } from './route.ts';

export const trainingRoutes: readonly Route[] = [
  rawRoute(forwardBackward, async (service, { request }) => {
    const type = checkType(request, ['application/x-protobuf', 'application/json']);
    const content = await readBody(request, service.limits.requestBytes);
    return type === 'application/json'
      ? jsonTraining(service, content, forwardBackward.request)
      : protobufTraining(service, content);
  }),
  rawRoute(forward, async (service, { request }) => {
    checkType(request, ['application/json']);
    return jsonTraining(service, await readBody(request, service.limits.requestBytes), forward.request);
  }),
  route(optimStep, ({ service, body, digest, bytes }) =>
    inTurn(service, body, digest, bytes, () => {
      const step = readStep(body);
      return async (model) => {
        const { version, gradientNorm } = await model.optimStep(step);
        const { learningRate } = step;
        const metrics = {
          'grad_norm:mean': gradientNorm,
          'learning_rate:mean': learningRate,
          'version:max': version,
        };
        return { kind: 'json', body: { type: 'optim_step', metrics } };
      };
    }),
  ),
  route(resetOptimizer, ({ service, body, digest, bytes }) =>
    inTurn(service, body, digest, bytes, () => async (model) => {
      await model.resetOptimiser();
      return { kind: 'json', body: {} };
    }),
  ),
];

function protobufTraining(service: TinkerService, content: Buffer): object {
  let request: ForwardBackwardRequest;
  try {
    request = reading(() => decodeForwardBackwardRequest(content));
  } catch (error) {
    const { modelId, seqId } = identityOf(content);
    refuseNumber(service, modelId, seqId);
    throw error;
  }
  return train(service, request, digestOf(content), content.length);
}

function jsonTraining(
  service: TinkerService,
  content: Buffer,
  schema: typeof forward.request | typeof forwardBackward.request,
): object {
  const raw = parseJsonBody(content);
  let request: ForwardBackwardRequest;
  let seqId: number | undefined;
  try {
    const body = readFields(schema, raw);
    seqId = body.seq_id ?? undefined;
    request = reading(() => forwardBackwardRequestFromJson(body));
  } catch (error) {
    const { model_id, seq_id } = Object(raw) as { model_id?: unknown; seq_id?: unknown };
    if (typeof model_id === 'string' && typeof seq_id === 'number') refuseNumber(service, model_id, seq_id);
    throw error;
  }
  const training = service.training(request.modelId);
  return train(
    service,
    { ...request, seqId: seqId ?? training.queue.nextFree },
    digestOf(content),
    content.length,
  );
}

function train(
  service: TinkerService,
  request: ForwardBackwardRequest,
  digest: string,
  bytes: number,
): object {
  const ids = { model_id: request.modelId, seq_id: request.seqId };
  return inTurn(service, ids, digest, bytes, (training: ServedTraining) => {
    const task = reading(() => readTrainingTask(request, training.facts.base.config));
    return async (model) => ({ kind: 'forward-backward', output: await task(model) });
  });
}

/** A request that nothing can be made of has used its number, where that can still be read. */
function refuseNumber(service: TinkerService, modelId: string, seqId: number): void {
  try {
    service.training(modelId).queue.refuse(seqId);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

/** What stands at the beginning of a request that breaks off later. */
function identityOf(content: Uint8Array): { readonly modelId: string; readonly seqId: number } {
  let [modelId, seqId] = ['', -1];
  try {
    const reader = new BinaryReader(content);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field === 1 && type === WireType.LengthDelimited) modelId = reader.string();
      else if (field === 2 && type === WireType.Varint) seqId = reader.int32();
      else reader.skip(type, field);
    }
  } catch {
    // It breaks off here.
  }
  return { modelId, seqId };
}

/** Throws an ApiError of 400. */
function readStep(body: z.output<typeof optimStep.request>): OptimiserStep {
  const { adam_params: adam, optimizer_params: other } = body;
  if (other != null && other.type !== 'x_muon') {
    throw invalidRequest(
      'optimizer_params.type',
      `optimizer_params.type: there is no optimiser ${JSON.stringify(other.type)} here; there is adam_params, and x_muon`,
    );
  }
  if (other != null) {
    const muon = reading(() => readFields(muonParams, other));
    checkFinite('optimizer_params', muon);
    return {
      kind: 'muon',
      learningRate: muon.learning_rate,
      momentum: muon.momentum,
      vectorLearningRate: muon.vector_learning_rate,
      weightDecay: muon.weight_decay,
      clipNorm: clipNorm(muon.grad_clip_norm),
    };
  }
  if (adam == null) throw invalidRequest('adam_params', 'adam_params: missing');
  checkFinite('adam_params', adam);
  for (const name of ['beta1', 'beta2'] as const) {
    if (adam[name] >= 1)
      throw invalidRequest(`adam_params.${name}`, `adam_params.${name}: ${adam[name]}; below 1 is right`);
  }
  return {
    kind: 'adamw',
    learningRate: adam.learning_rate,
    beta1: adam.beta1,
    beta2: adam.beta2,
    epsilon: adam.eps,
    weightDecay: adam.weight_decay,
    clipNorm: clipNorm(adam.grad_clip_norm),
  };
}

/** On the wire, nothing and less are no clipping. */
function clipNorm(value: number): number {
  return value > 0 ? value : Number.POSITIVE_INFINITY;
}

function checkFinite(group: string, values: object): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'number' || name === 'grad_clip_norm') continue;
    if (!(Number.isFinite(value) && value >= 0)) {
      throw invalidRequest(
        `${group}.${name}`,
        `${group}.${name}: ${value}; a finite number of at least 0 is right`,
      );
    }
  }
}
