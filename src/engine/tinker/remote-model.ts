/**
 * A model that a server trains. Calls are applied in the order in which they were made; a step's version is the number of steps
 * asked for. After a training request that was done in part the gradient is not known, so a step is refused.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type {
  Datum,
  ForwardBackwardResult,
  LoraOptions,
  Loss,
  ModelConfig,
  OptimiserStep,
  OptimiserStepResult,
  PolicyVersion,
  Sampler,
  SamplerOptions,
  TrainableModel,
} from '../engine.ts';
import { configFile, modelConfigJson } from '../model-config.ts';
import { parameterCount } from '../ort/parameters.ts';
import { downloadCheckpoint } from './archive.ts';
import { writePointer } from './checkpoint-pointer.ts';
import { Gate } from './gate.ts';
import { LiveSource } from './live-source.ts';
import { lossValues } from './loss-values.ts';
import { mergeOutputs } from './merge-outputs.ts';
import { gradientNormOf, optimiserBody } from './optimiser-body.ts';
import { logprobsPass, planLoss, type TrainingPass, trainedTokensOf } from './plan-loss.ts';
import { RemoteSampler } from './remote-sampler.ts';
import { RequestQueue, type Turn } from './request-queue.ts';
import { FixedSource, SamplingSession } from './sampling-source.ts';
import type { Server } from './server.ts';
import { TinkerError } from './tinker-error.ts';
import { chunksOf, logprobsOf } from './training-data.ts';
import { loadWeights, saveWeights, saveWeightsForSampler } from './wire/endpoints/checkpoint-endpoints.ts';
import { unloadModel } from './wire/endpoints/model-endpoints.ts';
import { createSamplingSession } from './wire/endpoints/sampling-endpoints.ts';
import { optimStep } from './wire/endpoints/training-endpoints.ts';
import { resetOptimizer } from './wire/extensions.ts';
import type { ForwardBackwardOutput } from './wire/forward-backward-output.ts';
import { formatTinkerPath, parseTinkerPath } from './wire/tinker-path.ts';

export interface RemoteModelState {
  readonly modelId: string;
  /** Number of its next request. */
  readonly nextRequest: number;
  readonly version: number;
  readonly baseModel: string;
  readonly config: ModelConfig;
  readonly lora: Required<LoraOptions> | undefined;
}

export interface RemoteModelSettings {
  readonly url: string;
  readonly segmentTokens: number;
  /** Told when the model is closed. */
  readonly onClosed: (model: RemoteModel) => void;
}

export class RemoteModel implements TrainableModel {
  readonly parameterCount: number;
  readonly lora: Required<LoraOptions> | undefined;
  readonly #server: Server;
  readonly #settings: RemoteModelSettings;
  readonly #state: RemoteModelState;
  readonly #queue: RequestQueue;
  readonly #live: LiveSource;
  /** On a server whose sampler shares the trainer's weights, a step waits for samples and they for it. */
  readonly #gate = new Gate();
  readonly #samplers = new Set<Sampler>();
  /** Of the steps that were submitted. */
  #version: number;
  #published: number | undefined;
  #callsSinceStep = 0;
  #gradientFault: unknown;
  #saves = 0;
  #isClosed = false;
  #hasRemarked = false;

  constructor(server: Server, state: RemoteModelState, settings: RemoteModelSettings) {
    this.#server = server;
    this.#state = state;
    this.#settings = settings;
    this.#queue = new RequestQueue(state.nextRequest);
    this.#version = state.version;
    this.parameterCount = parameterCount(state.config);
    this.lora = state.lora;
    this.#live = new LiveSource({
      gate: this.#gate,
      publish: () => this.#saveForSampler(this.#isInflight ? 'inflight' : 'snapshot'),
      isStale: ({ version }) => this.#sharesSlot && version !== this.#version,
    });
  }

  async forward(data: readonly Datum[], temperature: number): Promise<Float32Array[]> {
    if (data.length === 0) return [];
    const pass = logprobsPass(this.#server, data, temperature);
    return await this.#queue.run(async (turn) =>
      logprobsOf(data, await this.#pass(pass, turn, { forwardOnly: true, isLast: true })),
    );
  }

  async forwardBackward(data: readonly Datum[], loss: Loss): Promise<ForwardBackwardResult> {
    const plan = planLoss(this.#server, loss, data);
    return await this.#queue.run(async (turn) => {
      this.#callsSinceStep += 1;
      if (this.#server.profile.reduction === 'mean' && this.#callsSinceStep > 1)
        throw this.#server.unsupported(
          'add up gradients of several calls: it averages over all data of a step, which is undone only where they come in one call',
          'Give all data of a step to one forwardBackward, or take another server.',
        );
      let new_D_T: readonly Float32Array[];
      let output: ForwardBackwardOutput;
      if (plan.kind === 'one-pass') {
        output = await this.#gradient(plan.pass, turn);
        new_D_T = logprobsOf(data, output);
      } else {
        this.#remarkOnEntropy(loss);
        const first = logprobsPass(this.#server, data, loss.kind === 'cross_entropy' ? 1 : loss.temperature);
        const found = await this.#pass(first, turn, { forwardOnly: true, isLast: false });
        new_D_T = logprobsOf(data, found);
        output = await this.#gradient(plan.second(new_D_T), turn);
      }
      return resultOf(data, loss, new_D_T, output, this.#server.has('weights/1') && plan.kind === 'one-pass');
    });
  }

  async optimStep(step: OptimiserStep): Promise<OptimiserStepResult> {
    const body = optimiserBody(this.#server, step);
    return await this.#queue.run(async (turn) => {
      this.#checkGradient();
      const submit = async () => {
        this.#callsSinceStep = 0;
        this.#version += 1;
        const version = this.#version as PolicyVersion;
        const result = await this.#server.request(
          optimStep,
          { ...body, model_id: this.#state.modelId, seq_id: turn.number(), type: 'optim_step' },
          { repeatable: this.#server.profile.recognisesRepeats, onSubmitted: turn.submitted },
        );
        return { version, gradientNorm: gradientNormOf(result.metrics) };
      };
      return this.#sharesSlot ? await this.#gate.alone(submit) : await submit();
    });
  }

  async resetOptimiser(): Promise<void> {
    if (!this.#server.has('reset-optimiser/1')) {
      throw this.#server.unsupported(
        "forget a model's optimiser moments",
        this.#server.profile.loadsWithoutOptimiser
          ? 'Save the model, and load it with optimiser false.'
          : 'Take another server.',
      );
    }
    await this.#queue.run(async (turn) => {
      const body = { model_id: this.#state.modelId, seq_id: turn.number() };
      await this.#server.request(resetOptimizer, body, { repeatable: true, onSubmitted: turn.submitted });
    });
  }

  /** The server keeps the optimiser's state whether it is asked for or not. */
  async save(directory: string, _options: { readonly optimiser: boolean }): Promise<void> {
    const { config, lora, baseModel } = this.#state;
    const { version, state, sampler } = await this.#saveNamed();
    await mkdir(directory, { recursive: true });
    if (this.#server.has('archive/1')) await downloadCheckpoint(this.#server.connection, sampler, directory);
    else {
      const file = path.join(directory, configFile);
      await writeFile(file, `${JSON.stringify(modelConfigJson(config, file), undefined, 2)}\n`);
    }
    await writePointer(directory, {
      url: this.#settings.url,
      profile: this.#server.profile.kind,
      ...{ baseModel, state, sampler, version },
      ...(lora === undefined ? {} : { lora }),
    });
  }

  async snapshotSampler(options: SamplerOptions = {}): Promise<Sampler> {
    const session = await this.#saveForSampler('snapshot');
    const enter = async <T>(work: () => Promise<T>): Promise<T> => {
      if (this.#server.profile.samplerWeights === 'own') return await work();
      return await this.#gate.shared(async () => {
        this.#checkKept(session);
        return await work();
      });
    };
    return this.#startSampler('snapshot', new FixedSource(session, enter), options);
  }

  async liveSampler(options: SamplerOptions = {}): Promise<Sampler> {
    await this.#live.begin();
    return this.#startSampler('live', this.#live, options);
  }

  async publishWeights(): Promise<PolicyVersion> {
    return (await this.#live.publish()).version;
  }

  /** Lets the model go on the server. Its samplers end with it where they need it. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#settings.onClosed(this);
    if (this.#server.profile.samplersNeedModel) await Promise.all([...this.#samplers].map((s) => s.close()));
    if (this.#server.connection.failure !== undefined) return;
    try {
      await this.#queue.run(async (turn) => {
        const body = { model_id: this.#state.modelId, type: 'unload_model' };
        await this.#server.request(unloadModel, body, { repeatable: true, onSubmitted: turn.submitted });
      });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#server.connection.onRemark(`a model was not let go (${why}); it goes with the session`);
    }
  }

  /** Loads saved weights as the model's first request. */
  async load(state: string, optimiser: boolean): Promise<void> {
    await this.#queue.run(async (turn) => {
      await this.#server.request(
        loadWeights,
        {
          ...{ model_id: this.#state.modelId, seq_id: turn.number(), path: state, optimizer: optimiser },
          type: 'load_weights',
        },
        { repeatable: this.#server.profile.recognisesRepeats, onSubmitted: turn.submitted },
      );
    });
  }

  get #sharesSlot(): boolean {
    return this.#server.profile.samplerWeights === 'shared-slot';
  }

  get #isInflight(): boolean {
    return this.#server.profile.live === 'inflight' || this.#server.has('live/1');
  }

  #checkKept({ version }: SamplingSession): void {
    const { samplerWeights } = this.#server.profile;
    const newest = samplerWeights === 'shared-slot' ? this.#version : (this.#published ?? version);
    if (version === newest) return;
    throw this.#server.unsupported(
      `keep the weights of step ${version} for a sampler, now that the model is at step ${newest}`,
      'Take a new snapshot, or another server.',
    );
  }

  #remarkOnEntropy(loss: Loss): void {
    if (this.#hasRemarked || loss.kind === 'cross_entropy' || loss.entropyCoefficient === 0) return;
    this.#hasRemarked = true;
    this.#server.connection.onRemark(
      `${this.#server.connection.label} has no entropy bonus; its gradient is estimated from the sampled tokens`,
    );
  }

  #checkGradient(): void {
    if (this.#gradientFault === undefined) return;
    throw new TinkerError(
      'failed',
      'the gradient is not known: a training request before this step failed after the server may have done a part of it. Go on from the last checkpoint',
      { cause: this.#gradientFault },
    );
  }

  async #gradient(pass: TrainingPass, turn: Turn): Promise<ForwardBackwardOutput> {
    try {
      return await this.#pass(pass, turn, { forwardOnly: false, isLast: true });
    } catch (error) {
      // One request that was refused did nothing; of several, some may have been done.
      const isRefused = error instanceof TinkerError && error.kind === 'rejected';
      if (!isRefused || this.#chunks(pass).length > 1) this.#gradientFault ??= error;
      throw error;
    }
  }

  #chunks(pass: TrainingPass) {
    return chunksOf(pass.data, this.#server.facts.limits);
  }

  async #pass(
    { lossFn, lossFnConfig, ...pass }: TrainingPass,
    turn: Turn,
    { forwardOnly, isLast }: { readonly forwardOnly: boolean; readonly isLast: boolean },
  ): Promise<ForwardBackwardOutput> {
    const results: Promise<ForwardBackwardOutput>[] = [];
    const { modelId } = this.#state;
    for (const data of this.#chunks({ lossFn, lossFnConfig, ...pass })) {
      const submitted = Promise.withResolvers<void>();
      const seqId = turn.number();
      const result = this.#server.train(
        { modelId, seqId, lossFn, lossFnConfig, forwardOnly, data },
        { repeatable: true, onSubmitted: submitted.resolve },
      );
      // Awaited together below.
      result.catch(() => {});
      results.push(result);
      await submitted.promise;
    }
    if (isLast) turn.submitted();
    return mergeOutputs(await Promise.all(results));
  }

  /** A sampling session with the weights after what was asked for so far. */
  async #saveForSampler(kind: 'snapshot' | 'inflight'): Promise<SamplingSession> {
    return await this.#queue.run(async (turn) => {
      const version = this.#version as PolicyVersion;
      const { session, profile } = this.#server;
      const knowsKinds = profile.kind === 'hosted' || profile.kind === 'qed';
      const result = await this.#server.request(
        saveWeightsForSampler,
        {
          model_id: this.#state.modelId,
          sampling_session_seq_id: session.nextSampler(),
          seq_id: turn.number(),
          ...(knowsKinds ? { kind } : {}),
          type: 'save_weights_for_sampler',
        },
        { repeatable: profile.recognisesRepeats, onSubmitted: turn.submitted },
      );
      this.#published = version;
      if (result.sampling_session_id != null) return new SamplingSession(result.sampling_session_id, version);
      if (result.path == null)
        throw new TinkerError(
          'protocol',
          `${this.#server.connection.label} saved weights for a sampler and does not say where`,
        );
      const answer = await this.#server.connection.call(createSamplingSession, {
        session_id: session.id,
        sampling_session_seq_id: session.nextSampler(),
        model_path: result.path,
        type: 'create_sampling_session',
      });
      return new SamplingSession(answer.sampling_session_id, version);
    });
  }

  async #saveNamed(): Promise<{ version: number; state: string; sampler: string }> {
    return await this.#queue.run(async (turn) => {
      const version = this.#version;
      const name = `step-${version}-${this.#saves}`;
      this.#saves += 1;
      const { modelId } = this.#state;
      // Two requests, the second only after the first: servers do them in the order of their numbers.
      const options = { repeatable: this.#server.profile.recognisesRepeats };
      const state = await this.#server.request(
        saveWeights,
        { model_id: modelId, path: name, seq_id: turn.number(), type: 'save_weights' },
        options,
      );
      const saved = await this.#server.request(
        saveWeightsForSampler,
        {
          model_id: modelId,
          path: `${name}-sampler`,
          seq_id: turn.number(),
          type: 'save_weights_for_sampler',
        },
        { ...options, onSubmitted: turn.submitted },
      );
      if (saved.path == null)
        throw new TinkerError(
          'protocol',
          `${this.#server.connection.label} saved weights and does not say where`,
        );
      return {
        version,
        state: formatTinkerPath(parseTinkerPath(state.path, 'weights')),
        sampler: formatTinkerPath(parseTinkerPath(saved.path)),
      };
    });
  }

  #startSampler(kind: Sampler['kind'], source: FixedSource | LiveSource, options: SamplerOptions): Sampler {
    const sampler = new RemoteSampler(this.#server, source, {
      ...options,
      ...{ kind, segmentTokens: this.#settings.segmentTokens },
      vocabularySize: this.#state.config.vocab_size,
    });
    this.#samplers.add(sampler);
    return sampler;
  }
}

function resultOf(
  data: readonly Datum[],
  loss: Loss,
  logprobs_D_T: readonly Float32Array[],
  output: ForwardBackwardOutput,
  /** The server's sums are of this very loss. */
  hasSums: boolean,
): ForwardBackwardResult {
  let value = 0;
  let surprisal = 0;
  let trainedTokens = 0;
  let processedTokens = 0;
  // The server's entropy where it says it; else what was sampled says it on the average.
  const entropySum = output.metrics.get('entropy:sum');
  const withoutEntropy: Loss =
    loss.kind === 'cross_entropy' || entropySum === undefined ? loss : { ...loss, entropyCoefficient: 0 };
  data.forEach((datum, d) => {
    const new_T = logprobs_D_T[d] ?? new Float32Array();
    value += lossValues(withoutEntropy, datum, new_T).value;
    trainedTokens += trainedTokensOf(datum.weights_T);
    processedTokens += datum.tokens_T.length;
    for (const logprob of new_T) surprisal -= logprob;
  });
  const sums = hasSums ? output.metrics : new Map<string, number>();
  return {
    loss: sums.get('loss:sum') ?? value,
    logprobs_D_T,
    entropySum: loss.kind === 'cross_entropy' ? 0 : (entropySum ?? surprisal),
    trainedTokens,
    processedTokens: sums.get('processed_tokens:sum') ?? processedTokens,
  };
}
