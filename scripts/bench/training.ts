/** Training: tokens per second, how much of the machine's matrix-multiply ceiling that is, and a peer beside it. */
import type { Loss, OptimiserStep, TrainableModel } from '../../src/engine/engine.ts';
import { createOrtEngine } from '../../src/engine/ort/engine.ts';
import { createCeiling } from './ceiling.ts';
import { compared, type Figure, measured } from './figure.ts';
import { productFlops, type StepShape, trainingProducts } from './matrix-products.ts';
import { type ModelSize, trainingData, trainingStep } from './model-sizes.ts';
import { measure, type Patience, type Work } from './quiet.ts';
import type { TorchPeer } from './torch-peer.ts';

const crossEntropy: Loss = { kind: 'cross_entropy' };
export const adamwStep: OptimiserStep = {
  kind: 'adamw',
  learningRate: 1e-4,
  weightDecay: 0.01,
  clipNorm: 1,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
};
export const muonStep: OptimiserStep = {
  kind: 'muon',
  learningRate: 1e-4,
  vectorLearningRate: 1e-4,
  momentum: 0.95,
  weightDecay: 0.01,
  clipNorm: 1,
};

/** With `peer`, which has the same shape and tokens loaded and as many threads. */
export async function trainingFigures(
  size: ModelSize,
  options: { readonly threads: number; readonly patience: Patience; readonly peer: TorchPeer | undefined },
): Promise<Figure[]> {
  const { threads, patience, peer } = options;
  const { config } = size;
  const tokens = trainingStep.sequences * trainingStep.positions;
  const flops = productFlops(trainingProducts(config, stepShape(trainingStep.sequences)));
  // The ceiling is taken on half as many rows: what the engine runs at a time.
  const ceilingProducts = trainingProducts(config, stepShape(trainingStep.sequences / 2));
  const ceilingFlops = productFlops(ceilingProducts);

  const ceiling = await createCeiling(ceilingProducts, threads);
  const engine = createOrtEngine({ threads });
  try {
    const data = trainingData(config);
    const forwardBackward = async (model: TrainableModel) => {
      await model.forwardBackward(data, crossEntropy);
      return undefined;
    };
    const step = async (optimiser: OptimiserStep): Promise<Work> => {
      const model = await engine.createModel({ config, seed: 1 });
      return async () => {
        await model.forwardBackward(data, crossEntropy);
        await model.optimStep(optimiser);
        return undefined;
      };
    };
    const plain = await engine.createModel({ config, seed: 1 });
    const found = await measure(
      {
        ceiling: ceiling.run,
        training: () => forwardBackward(plain),
        peer: peer?.train,
        adamw: await step(adamwStep),
        muon: await step(muonStep),
      },
      patience,
    );
    const perSecond = (seconds: number) => tokens / seconds;
    return [
      measured('matrix-multiply ceiling', 'GFLOP/s', found.ceiling, (s) => ceilingFlops / s / 1e9),
      measured('forward + backward', 'tokens/s', found.training, perSecond),
      compared(
        'share of the ceiling',
        '%',
        [found.training, found.ceiling],
        (training, limit) => (100 * flops * limit) / (training * ceilingFlops),
        { atLeast: size.ceilingGoal },
      ),
      measured('forward + backward, AdamW step', 'tokens/s', found.adamw, perSecond),
      measured('forward + backward, Muon step', 'tokens/s', found.muon, perSecond),
      ...(found.peer === undefined
        ? []
        : [
            measured('peer: forward + backward', 'tokens/s', found.peer, perSecond),
            compared('engine / peer', 'ratio', [found.peer, found.training], (a, b) => a / b, {
              atLeast: size.peerGoal,
            }),
          ]),
    ];
  } finally {
    await engine.close();
    await ceiling.release();
  }
}

function stepShape(rows: number): StepShape {
  return { rows, rowLength: trainingStep.positions, predicted: rows * trainingStep.positions };
}
