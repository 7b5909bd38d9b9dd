/**
 * Training an adapter beside training all parameters: tokens per second of whole steps, their ratio, and the peak of
 * memory of a process that takes them; with a peer, the same adapter by PEFT and torch.
 */
import type { Datum, LoraOptions, TrainableModel } from '../../src/engine/engine.ts';
import { resolveLora } from '../../src/engine/lora-options.ts';
import { adapterSpecs } from '../../src/engine/ort/adapter.ts';
import { createOrtEngine } from '../../src/engine/ort/engine.ts';
import { parameterCount } from '../../src/engine/ort/parameters.ts';
import { cpuTimes } from './cpu-time.ts';
import type { FigureGroup } from './engine.ts';
import { compared, counted, type Figure, measured, repeated } from './figure.ts';
import { trainingPeak } from './memory.ts';
import { type ModelSize, modelSizes, trainingData, trainingStep } from './model-sizes.ts';
import { measure, type Patience, type Work } from './quiet.ts';
import { TorchPeer } from './torch-peer.ts';
import { adamwStep } from './training.ts';

const ranks = [8, 32] as const;
/** The rank of the peer's adapter. */
const peerRank = 32;
const alpha = 32;
const crossEntropy = { kind: 'cross_entropy' } as const;

interface AdaptedSize extends Pick<ModelSize, 'name' | 'config'> {
  readonly sequences: number;
}

/** The shape of SmolLM2-135M; a step is an eighth of the others' tokens. */
const large: AdaptedSize = {
  name: '135M',
  sequences: trainingStep.sequences / 8,
  config: {
    ...{ model_type: 'qwen3', vocab_size: 49_152, hidden_size: 576, intermediate_size: 1536 },
    ...{ num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3, head_dim: 64 },
    ...{ rms_norm_eps: 1e-6, rope_theta: 10_000, max_position_embeddings: 512, tie_word_embeddings: true },
  },
};

const sizes: readonly AdaptedSize[] = [
  ...modelSizes.map(({ name, config }) => ({ name, config, sequences: trainingStep.sequences })),
  large,
];

export interface AdapterBenchOptions {
  readonly threads: number;
  /** A Python with torch, transformers and peft. */
  readonly peer: string | undefined;
  readonly patience: Patience;
  /** Names of the model sizes to measure; undefined for all. */
  readonly sizes: readonly string[] | undefined;
}

/** Yields the figures of one size after the other. */
export async function* benchAdapters(options: AdapterBenchOptions): AsyncGenerator<FigureGroup> {
  const { threads } = options;
  const peer = options.peer === undefined ? undefined : await TorchPeer.start(options.peer, threads);
  try {
    for (const size of sizes.filter(({ name }) => options.sizes?.includes(name) ?? true)) {
      const data = trainingData(size.config).slice(0, size.sequences);
      const sequences = data.map(({ tokens_T }) => tokens_T);
      await peer?.load({ config: size.config, sequences, prompts: [], newTokens: 1 });
      await peer?.adapt({ rank: peerRank, alpha });
      const title = `Adapters, ${size.name}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
      yield { title, figures: await speedFigures(size, data, { ...options, peer }) };
      yield { title: `Memory of training, ${size.name}`, figures: await peakFigures(size, threads) };
    }
  } finally {
    peer?.close();
  }
}

async function speedFigures(
  { config }: AdaptedSize,
  data: readonly Datum[],
  { threads, patience, peer }: Omit<AdapterBenchOptions, 'peer'> & { readonly peer: TorchPeer | undefined },
): Promise<Figure[]> {
  const engine = createOrtEngine({ threads });
  try {
    const backward = (model: TrainableModel): Work => {
      return async () => {
        await model.forwardBackward(data, crossEntropy);
        return undefined;
      };
    };
    const step = (model: TrainableModel): Work => {
      return async () => {
        await model.forwardBackward(data, crossEntropy);
        await model.optimStep(adamwStep);
        return undefined;
      };
    };
    const create = (lora?: LoraOptions) => engine.createModel({ config, seed: 1, lora });
    const [few, many] = ranks;
    const adapted = await create(adapterOf(many));
    const works = {
      full: step(await create()),
      few: step(await create(adapterOf(few))),
      many: step(adapted),
      // Without a step, as the peer does.
      backward: peer && backward(adapted),
      peer: peer?.train,
    };
    const cpu = await cpuTimes(works, patience.repeats);
    const cpuRatio = (name: string, [over, under]: readonly [keyof typeof works, keyof typeof works]) =>
      repeated(
        name,
        'ratio',
        cpu[over].map((seconds, i) => seconds / (cpu[under][i] ?? Number.NaN)),
      );
    const found = await measure(works, patience);
    const tokens = data.length * trainingStep.positions;
    const perSecond = (seconds: number) => tokens / seconds;
    const ratio = (a: number, b: number) => a / b;
    return [
      measured('all parameters, AdamW step', 'tokens/s', found.full, perSecond),
      measured(`adapter of rank ${few}, AdamW step`, 'tokens/s', found.few, perSecond),
      compared('adapter / all', 'ratio', [found.full, found.few], ratio, { atLeast: 1 }),
      cpuRatio('CPU time of all / of the adapter', ['full', 'few']),
      measured(`adapter of rank ${many}, AdamW step`, 'tokens/s', found.many, perSecond),
      compared('adapter / all', 'ratio', [found.full, found.many], ratio),
      cpuRatio('CPU time of all / of the adapter', ['full', 'many']),
      ...(found.peer === undefined || found.backward === undefined
        ? []
        : [
            measured(`rank ${peerRank}, forward + backward`, 'tokens/s', found.backward, perSecond),
            measured('peer: the same', 'tokens/s', found.peer, perSecond),
            compared('engine / peer', 'ratio', [found.peer, found.backward], ratio, { atLeast: 1 }),
            cpuRatio('CPU time of the peer / of the engine', ['peer', 'backward']),
          ]),
    ];
  } finally {
    await engine.close();
  }
}

/** Bytes are told by the system and do not depend on who else computes. */
async function peakFigures({ config, sequences }: AdaptedSize, threads: number): Promise<Figure[]> {
  const megabytes = (bytes: number) => bytes / 1e6;
  const { positions } = trainingStep;
  const count = parameterCount(config);
  const full = await trainingPeak({ config, positions, sequences, threads });
  const figures = [
    counted('all parameters: weights, gradient, moments', 'MB', megabytes(16 * count)),
    counted('all parameters: peak of the process', 'MB', megabytes(full.peakBytes)),
  ];
  for (const rank of ranks) {
    const lora = resolveLora(adapterOf(rank));
    const trained = adapterSpecs(config, lora).reduce((sum, { length }) => sum + length, 0);
    const { peakBytes } = await trainingPeak({ config, positions, sequences, threads, lora });
    figures.push(
      counted(`rank ${rank}: weights; adapter, gradient, moments`, 'MB', megabytes(4 * count + 16 * trained)),
      counted(`rank ${rank}: peak of the process`, 'MB', megabytes(peakBytes)),
    );
  }
  return figures;
}

function adapterOf(rank: number): LoraOptions {
  return { rank, alpha, seed: 1 };
}
