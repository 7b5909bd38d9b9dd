/** Sampling beside training, as asynchronous RL does it, against one after the other on the same threads. */
import { createOrtEngine } from '../../src/engine/ort/engine.ts';
import { compared, type Figure, measured } from './figure.ts';
import { type ModelSize, trainingData } from './model-sizes.ts';
import { measure, type Patience } from './quiet.ts';
import { samplingWork } from './sampling.ts';

/** Chosen so that sampling and training take about as long as each other. */
const samplings = 2;
const rows = 64;

export async function overlapFigures(
  size: ModelSize,
  { threads, patience }: { readonly threads: number; readonly patience: Patience },
): Promise<Figure[]> {
  const engine = createOrtEngine({ threads });
  try {
    const model = await engine.createModel({ config: size.config, seed: 1 });
    const data = trainingData(size.config);
    const sampleOnce = samplingWork(await model.liveSampler(), size, rows);
    const train = async () => {
      await model.forwardBackward(data, { kind: 'cross_entropy' });
    };
    const sample = async () => {
      for (let i = 0; i < samplings; i += 1) await sampleOnce();
    };
    const found = await measure(
      {
        inTurn: async () => {
          await train();
          await sample();
          return undefined;
        },
        beside: async () => {
          await Promise.all([train(), sample()]);
          return undefined;
        },
      },
      patience,
    );
    return [
      measured('one after the other', 's', found.inTurn, (seconds) => seconds),
      measured('at the same time', 's', found.beside, (seconds) => seconds),
      compared('time, beside / in turn', 'ratio', [found.beside, found.inTurn], (a, b) => a / b, {
        atMost: 1,
      }),
    ];
  } finally {
    await engine.close();
  }
}
