/** An optimiser of the recipe at one moment of its schedule. */
import type { OptimiserStep } from '../engine/engine.ts';
import type { OptimiserSettings } from './schema.ts';

/** The settings with learning rates scaled by `factor`. */
export function optimiserStep(settings: OptimiserSettings, factor: number): OptimiserStep {
  const learningRate = settings.learningRate * factor;
  const clipNorm = settings.clipNorm === 'off' ? Number.POSITIVE_INFINITY : settings.clipNorm;
  if (settings.kind === 'adamw') return { ...settings, learningRate, clipNorm };
  const { vectorLearningRate = settings.learningRate, ...rest } = settings;
  return { ...rest, learningRate, clipNorm, vectorLearningRate: vectorLearningRate * factor };
}
