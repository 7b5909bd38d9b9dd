/**
 * Saving: weights to go on from, weights to sample from, and samplers without a name. A snapshot keeps what the model was
 * when its turn came; the live one follows the model at every later save of its kind.
 */
import type { z } from 'zod';
import type { TrainableModel } from '../../../engine/engine.ts';
import {
  saveWeights,
  saveWeightsForSampler,
  weightsInfo,
} from '../../../engine/tinker/wire/endpoints/checkpoint-endpoints.ts';
import { formatTinkerPath, parseTinkerPath } from '../../../engine/tinker/wire/tinker-path.ts';
import { invalidRequest } from '../../api-error.ts';
import { copyTokenizer } from '../base-model.ts';
import type { CheckpointKind } from '../checkpoint-shelf.ts';
import type { FutureResult } from '../futures.ts';
import { liveSource, snapshotSource } from '../sampling-session.ts';
import type { ServedTraining } from '../served-training.ts';
import type { TinkerService } from '../tinker-service.ts';
import { inTurn } from './in-turn.ts';
import { type Route, reading, route } from './route.ts';

type SamplerBody = z.output<typeof saveWeightsForSampler.request>;

export const weightsRoutes: readonly Route[] = [
  route(saveWeights, ({ service, body, digest, bytes }) =>
    inTurn(service, body, digest, bytes, (training) => {
      const place = placeOf(training, 'weights', body.path);
      const overwrite = body.overwrite ?? false;
      service.shelf.checkName(place, { overwrite });
      return async (model) => {
        const path = await save(service, training, model, place, { ...body, overwrite });
        return { kind: 'json', body: { type: 'save_weights', path } };
      };
    }),
  ),
  route(saveWeightsForSampler, ({ service, body, bytes }) => {
    const { path: name, sampling_session_seq_id: seq, kind } = body;
    // The official SDK counts its samplers on when it sends a request once more.
    const digest = JSON.stringify([name, kind, seq == null]);
    return inTurn(service, body, digest, bytes, (training) => {
      if (name != null && (seq != null || kind === 'inflight')) {
        throw invalidRequest('path', 'path: a sampler of a session, and one that is live, has no name');
      }
      if (name != null) {
        const place = placeOf(training, 'sampler_weights', name);
        service.shelf.checkName(place, { overwrite: false });
        return async (model) => {
          const path = await save(service, training, model, place, body);
          return { kind: 'json', body: { type: 'save_weights_for_sampler', path } };
        };
      }
      if (seq == null)
        throw invalidRequest('path', 'path: missing; a name, or sampling_session_seq_id, is needed');
      if (service.session(training.facts.session).samplings.has(seq)) {
        throw invalidRequest('sampling_session_seq_id', `sampling_session_seq_id: ${seq} is in use`);
      }
      return (model) => beginSampling(service, training, model, seq, body);
    });
  }),
  route(weightsInfo, ({ service, body }) => {
    const { base_model, lora } = service.shelf.find(reading(() => parseTinkerPath(body.tinker_path)));
    return {
      base_model,
      is_lora: lora !== undefined,
      lora_rank: lora?.rank ?? 0,
      train_attn: lora?.attention ?? true,
      train_mlp: lora?.feedForward ?? true,
      train_unembed: lora?.head ?? true,
      optimizer_config: { type: 'adamw' },
    };
  }),
];

function placeOf({ facts }: ServedTraining, kind: CheckpointKind, name: string | null | undefined) {
  if (name == null) throw invalidRequest('path', 'path: missing; it is the name of the checkpoint');
  return { run: facts.id, kind, name };
}

async function save(
  service: TinkerService,
  training: ServedTraining,
  model: TrainableModel,
  place: ReturnType<typeof placeOf>,
  settings: {
    readonly ttl_seconds?: number | null | undefined;
    readonly overwrite?: boolean;
    readonly user_metadata?: Readonly<Record<string, string>> | null | undefined;
  },
): Promise<string> {
  const { base, baseName } = training.facts;
  const { ttl_seconds, overwrite = false, user_metadata } = settings;
  const facts = {
    base_model: baseName,
    ...(training.lora === undefined ? {} : { lora: training.lora }),
    ...(user_metadata == null ? {} : { user_metadata: { ...user_metadata } }),
  };
  const options = { ttlSeconds: ttl_seconds ?? undefined, overwrite };
  await service.shelf.save(place, facts, options, async (directory) => {
    await model.save(directory, { optimiser: place.kind === 'weights' });
    if (base.directory !== '') await copyTokenizer(base.directory, directory);
  });
  return formatTinkerPath(place);
}

async function beginSampling(
  service: TinkerService,
  training: ServedTraining,
  model: TrainableModel,
  seq: number,
  { kind }: SamplerBody,
): Promise<FutureResult> {
  const { base, baseName, session } = training.facts;
  let source: ReturnType<typeof liveSource>;
  if (kind === 'inflight') {
    const live = training.live(model);
    await live.publish();
    source = liveSource(live);
  } else {
    const directory = await service.snapshotDirectory();
    await model.save(directory, { optimiser: false });
    source = snapshotSource(service.pool, { directory, tokenizer: base.tokenizer }, true);
  }
  const { id } = service.addSampling(service.session(session), seq, { base, baseName, source });
  return { kind: 'json', body: { type: 'save_weights_for_sampler', path: null, sampling_session_id: id } };
}
