/**
 * What the wire costs: a training step, samples and a publication of weights, on the engine in this process and on the
 * same engine behind `qed serve --tinker`'s server over loopback, in turn. Server and client share this process's main
 * thread; what computes is in threads of its own, as everywhere.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Engine, Sampler, TrainableModel } from '../../src/engine/engine.ts';
import { createOrtEngine } from '../../src/engine/ort/engine.ts';
import { createTinkerEngine } from '../../src/engine/tinker/engine.ts';
import { startTinkerServer } from '../../src/serve/tinker/tinker-server.ts';
import type { FigureGroup } from './engine.ts';
import { compared, type Figure, measured } from './figure.ts';
import { type ModelSize, modelSizes } from './model-sizes.ts';
import { measure, type Patience, type Work } from './quiet.ts';
import { samplingWork } from './sampling.ts';
import { groupData, policyLoss } from './shared-prompts.ts';

const sampledRows = 64;

export async function* benchTinker(options: {
  readonly threads: number;
  readonly patience: Patience;
  readonly sizes: readonly string[] | undefined;
}): AsyncGenerator<FigureGroup> {
  const { threads, patience, sizes = ['1M', '10M'] } = options;
  const folder = await mkdtemp(path.join(tmpdir(), 'qed-bench-tinker-'));
  const served = createOrtEngine({ threads });
  const server = await startTinkerServer({
    ...{ engine: served, bases: [], checkpoints: folder, seed: 1 },
    limits: { uploadBytes: 2 ** 32 },
  });
  const here = createOrtEngine({ threads });
  const wire = await createTinkerEngine({ url: `http://127.0.0.1:${server.port}` });
  try {
    for (const size of modelSizes.filter(({ name }) => sizes.includes(name))) {
      yield {
        title: `${size.name}, ${threads} threads`,
        figures: await figuresOf(size, here, wire, patience),
      };
    }
  } finally {
    await wire.close();
    await server.close(0);
    await Promise.all([here.close(), served.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function figuresOf(size: ModelSize, here: Engine, wire: Engine, patience: Patience): Promise<Figure[]> {
  const [inProcess, overWire] = [await begin(size, here), await begin(size, wire)];
  const data = groupData(size);
  const step =
    (model: TrainableModel): Work =>
    async () => {
      await model.forwardBackward(data, policyLoss);
      await model.optimStep({
        ...{
          kind: 'adamw',
          learningRate: 0,
          beta1: 0.9,
          beta2: 0.95,
          epsilon: 1e-8,
          weightDecay: 0,
          clipNorm: 1,
        },
      });
      return undefined;
    };
  const publish =
    (model: TrainableModel): Work =>
    async () => {
      // Weights of a version that is in use already cost nothing to publish.
      await step(model)();
      await model.publishWeights();
      return undefined;
    };
  const found = await measure(
    {
      'step here': step(inProcess.model),
      'step wire': step(overWire.model),
      'sample here': samplingWork(inProcess.sampler, size, sampledRows),
      'sample wire': samplingWork(overWire.sampler, size, sampledRows),
      'publish here': publish(inProcess.model),
      'publish wire': publish(overWire.model),
    },
    patience,
  );
  await Promise.all([inProcess, overWire].map(({ model }) => model.close()));
  const milliseconds = (seconds: number): number => 1000 * seconds;
  return [
    measured(`step of ${data.length} sequences, in process`, 'ms', found['step here'], milliseconds),
    measured('the same over the wire', 'ms', found['step wire'], milliseconds),
    compared('wire / in process', 'ratio', [found['step wire'], found['step here']], (a, b) => a / b, {
      atMost: 1.2,
    }),
    measured(`${sampledRows} samples, in process`, 'ms', found['sample here'], milliseconds),
    measured('the same over the wire', 'ms', found['sample wire'], milliseconds),
    compared('wire / in process', 'ratio', [found['sample wire'], found['sample here']], (a, b) => a / b, {
      atMost: 1.2,
    }),
    measured('step and new weights for the live sampler', 'ms', found['publish here'], milliseconds),
    measured('the same over the wire', 'ms', found['publish wire'], milliseconds),
    compared('wire / in process', 'ratio', [found['publish wire'], found['publish here']], (a, b) => a / b, {
      atMost: 1.2,
    }),
  ];
}

async function begin(
  { config }: ModelSize,
  engine: Engine,
): Promise<{ readonly model: TrainableModel; readonly sampler: Sampler }> {
  const model = await engine.createModel({ config, seed: 1 });
  return { model, sampler: await model.liveSampler() };
}
