/** The policy that the KL term keeps near: the checkpoint that the stage began from, frozen. */
import type { TrainableModel } from '../../engine/engine.ts';
import { startingModel } from '../model-setup.ts';
import type { RunContext } from '../run-context.ts';
import type { RlSettings } from '../schema.ts';

/** Undefined where the recipe has no KL term: then nothing is loaded. The caller closes it. */
export async function referencePolicy(
  context: RunContext,
  settings: RlSettings,
  options: Parameters<typeof startingModel>[1],
): Promise<TrainableModel | undefined> {
  if (settings.loss.klCoefficient === 0) return undefined;
  return await startingModel(context, options);
}
