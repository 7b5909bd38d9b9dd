/**
 * Supervised training (pre-training and SFT): cross-entropy on the replies, averaged over the trained tokens of a
 * step. One call trains one step; the loop, its journal and its checkpoints belong to the recipe.
 */
import type { Datum, Loss, OptimiserStep, TrainableModel } from '../engine/engine.ts';
import type { TokenisedText } from './texts.ts';

export interface SupervisedStepResult {
  /** Mean −ln p per trained token, before the step. */
  readonly loss: number;
  readonly gradientNorm: number;
  readonly trainedTokens: number;
  /** Prompt and reply tokens that went through the model. */
  readonly processedTokens: number;
}

const crossEntropy: Loss = { kind: 'cross_entropy' };

/** Data of some texts: every reply token weighs `weight`, prompts weigh nothing. */
export function supervisedData(texts: readonly TokenisedText[], weight: number): Datum[] {
  return texts.map(({ tokens_T, promptLength }) => {
    const weights_T = new Float32Array(tokens_T.length);
    weights_T.fill(weight, Math.max(1, promptLength));
    return { tokens_T, weights_T };
  });
}

function replyTokens(texts: readonly TokenisedText[]): number {
  return texts.reduce((sum, text) => sum + text.tokens_T.length - Math.max(1, text.promptLength), 0);
}

/** One optimiser step on the mean cross-entropy of these texts. */
export async function supervisedStep(
  model: TrainableModel,
  texts: readonly TokenisedText[],
  optimiser: OptimiserStep,
): Promise<SupervisedStepResult> {
  const result = await model.forwardBackward(supervisedData(texts, 1 / replyTokens(texts)), crossEntropy);
  const { gradientNorm } = await model.optimStep(optimiser);
  return {
    loss: result.loss,
    gradientNorm,
    trainedTokens: result.trainedTokens,
    processedTokens: result.processedTokens,
  };
}

/** Mean −ln p per reply token, without training. Runs in pieces, so that memory does not grow with the set. */
export async function validationLoss(
  model: TrainableModel,
  texts: readonly TokenisedText[],
): Promise<number> {
  const piece = 64;
  let total = 0;
  for (let begin = 0; begin < texts.length; begin += piece) {
    for (const logprobs_T of await model.forward(supervisedData(texts.slice(begin, begin + piece), 1), 1)) {
      for (const logprob of logprobs_T) total -= logprob;
    }
  }
  return total / replyTokens(texts);
}
