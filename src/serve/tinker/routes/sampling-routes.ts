/** Sampling sessions: weights that are named or saved, and the samples that are drawn from them. */
import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import {
  asample,
  createSamplingSession,
  getSampler,
  joinSamplingSession,
} from '../../../engine/tinker/wire/endpoints/sampling-endpoints.ts';
import { parseTinkerPath } from '../../../engine/tinker/wire/tinker-path.ts';
import { invalidRequest } from '../../api-error.ts';
import { readSampling } from '../read-sampling.ts';
import { runSampling } from '../sample-task.ts';
import { SamplingSession, snapshotSource } from '../sampling-session.ts';
import type { TinkerService } from '../tinker-service.ts';
import { type Route, reading, route } from './route.ts';

type Named = {
  readonly base_model?: string | null | undefined;
  readonly model_path?: string | null | undefined;
};

export const samplingRoutes: readonly Route[] = [
  route(createSamplingSession, async ({ service, body }) => {
    const session = service.session(body.session_id);
    const seq = body.sampling_session_seq_id;
    const weights = await namedWeights(service, body);
    const known = session.samplings.get(seq);
    const isSame = known?.baseName === weights.baseName && known.modelPath === weights.modelPath;
    if (known !== undefined && !isSame) {
      throw invalidRequest('sampling_session_seq_id', `sampling_session_seq_id: ${seq} is in use`);
    }
    const { id } = known ?? service.addSampling(session, seq, weights);
    return { type: 'create_sampling_session', sampling_session_id: id };
  }),
  route(getSampler, ({ service, params }) => {
    const { id, baseName, modelPath } = service.sampling(params.sampler_id ?? '');
    return {
      sampler_id: id,
      base_model: baseName,
      ...(modelPath === undefined ? {} : { model_path: modelPath }),
    };
  }),
  route(joinSamplingSession, ({ service, body }) => ({
    type: 'join_sampling_session',
    client_counter: service.sampling(body.sampling_session_id).join(),
  })),
  route(asample, async ({ service, body, digest }) => {
    const sampling =
      body.sampling_session_id == null
        ? await unnumbered(service, body)
        : service.sampling(body.sampling_session_id);
    const seq = body.seq_id ?? sampling.nextFree;
    const count = body.num_samples ?? 1;
    const sequenceIds = Array.from({ length: count }, (_, i) => `${sampling.id}:${seq}:${i}`);
    const repeated = sampling.repeated(seq, digest);
    if (repeated !== undefined) return { request_id: repeated, sample_sequence_ids: sequenceIds };
    service.checkPending();
    const asked = reading(() => readSampling(body, sampling.base, () => service.nextSeed()));
    const future = service.futures.create(sampling.session, sampling.groupOf(seq));
    sampling.remember(seq, digest, future.id);
    const { signal } = future;
    void service.futures.run(future, async () => {
      const response = await sampling.source.use(asked.request.promptLogprobs ?? false, signal, (sampler) =>
        runSampling(sampler, asked, signal),
      );
      return { kind: 'sample', response };
    });
    return { request_id: future.id, sample_sequence_ids: sequenceIds };
  }),
];

/** Weights by the name of a model or by a path. */
async function namedWeights(service: TinkerService, { base_model, model_path }: Named) {
  if (model_path != null) {
    const saved = service.shelf.find(reading(() => parseTinkerPath(model_path)));
    const base = await service.models.ofCheckpoint(saved.base_model, saved.directory);
    const { directory } = saved;
    await service.shelf.verify(saved);
    const source = snapshotSource(service.pool, { directory, tokenizer: base.tokenizer }, false);
    return { base, baseName: saved.base_model, modelPath: model_path, source };
  }
  if (base_model == null)
    throw invalidRequest('base_model', 'base_model: missing; it, or model_path, says what to sample');
  const base = await service.models.find(base_model);
  const source = snapshotSource(
    service.pool,
    { directory: base.directory, tokenizer: base.tokenizer },
    false,
  );
  return { base, baseName: base_model, source };
}

/** The older form: a request that names its weights itself. It belongs to no session, and is fetched or forgotten. */
async function unnumbered(
  service: TinkerService,
  body: z.output<typeof asample.request>,
): Promise<SamplingSession> {
  const weights = await namedWeights(service, body);
  const id = `sample_${randomBytes(8).toString('hex')}`;
  return new SamplingSession({ id, session: '', ...weights });
}
