/** An optimiser step as the wire has it, and what comes back of it. */
import type { OptimiserStep } from '../engine.ts';
import type { Server } from './server.ts';
import type { AdamParams, MuonParams } from './wire/endpoints/training-endpoints.ts';

export type OptimiserBody = { readonly adam_params: AdamParams } | { readonly optimizer_params: MuonParams };

/** Throws a TinkerError of kind unsupported where the server would do something else. */
export function optimiserBody(server: Server, step: OptimiserStep): OptimiserBody {
  const clips = Number.isFinite(step.clipNorm);
  if (clips && server.profile.clipNorm === 'nobody')
    throw server.unsupported(
      `clip the gradient at a norm of ${step.clipNorm}`,
      'Set clipNorm to off, or take another server.',
    );
  // 0 stands for no clip.
  const grad_clip_norm = clips ? step.clipNorm : 0;
  const { learningRate: learning_rate, weightDecay: weight_decay } = step;
  if (step.kind === 'adamw') {
    const { beta1, beta2, epsilon: eps } = step;
    return { adam_params: { learning_rate, beta1, beta2, eps, weight_decay, grad_clip_norm } };
  }
  if (!server.has('muon/1'))
    throw server.unsupported('step with Muon', 'Take the optimiser adamw, or another server.');
  return {
    optimizer_params: {
      ...{ type: 'x_muon', learning_rate, weight_decay, grad_clip_norm },
      momentum: step.momentum,
      vector_learning_rate: step.vectorLearningRate,
    },
  };
}

/** The gradient's norm by whatever name the server has for it; NaN where it says none. */
export function gradientNormOf(metrics: Readonly<Record<string, number>> | null | undefined): number {
  const found = Object.entries(metrics ?? {}).find(([name]) => /grad(?:ient)?_norm/.test(name));
  return found?.[1] ?? Number.NaN;
}
