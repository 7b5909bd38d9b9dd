/** What sharing prompts saves: groups of samples of one prompt each, trained with the prompt run once and always. */
import type { Datum, Loss } from '../../src/engine/engine.ts';
import { createOrtEngine } from '../../src/engine/ort/engine.ts';
import { compared, counted, type Figure } from './figure.ts';
import { type ModelSize, randomTokens, samplingRequest } from './model-sizes.ts';
import { measure, type Patience } from './quiet.ts';
import { samplingPrompts } from './sampling.ts';

const groups = 4;
export const policyLoss: Loss = {
  kind: 'ppo',
  temperature: 1,
  epsilonLow: 0.2,
  epsilonHigh: 0.2,
  entropyCoefficient: 0,
};

export async function sharedPromptFigures(
  size: ModelSize,
  { threads, patience }: { readonly threads: number; readonly patience: Patience },
): Promise<Figure[]> {
  const engine = createOrtEngine({ threads });
  try {
    const model = await engine.createModel({ config: size.config, seed: 1 });
    const shared = groupData(size);
    const unshared = shared.map(({ sharedPrompt: _, ...datum }) => datum);
    const train = (data: readonly Datum[]) => model.forwardBackward(data, policyLoss);
    const withSharing = (await train(shared)).processedTokens;
    const without = (await train(unshared)).processedTokens;
    const work = (data: readonly Datum[]) => async () => {
      await train(data);
      return undefined;
    };
    const found = await measure({ shared: work(shared), unshared: work(unshared) }, patience);
    const { promptTokens, newTokens, groupSize } = samplingRequest;
    return [
      counted(`${groups} groups of ${groupSize}, ${promptTokens} + ${newTokens}: without`, 'tokens', without),
      counted('with shared prompts', 'tokens', withSharing),
      counted('tokens, with / without', 'ratio', withSharing / without),
      compared('time, with / without', 'ratio', [found.shared, found.unshared], (a, b) => a / b, {
        atMost: 1,
      }),
    ];
  } finally {
    await engine.close();
  }
}

/** As an RL step makes it: every reply token weighs the same, members have advantages of both signs. */
export function groupData(size: ModelSize): Datum[] {
  const { promptTokens, newTokens, groupSize } = samplingRequest;
  const length = promptTokens + newTokens;
  return samplingPrompts(size, groups).flatMap((prompt_T, group) =>
    Array.from({ length: groupSize }, (_, member): Datum => {
      const tokens_T = new Int32Array(length);
      tokens_T.set(prompt_T);
      tokens_T.set(randomTokens(size.config, newTokens, `reply ${group}`, member), promptTokens);
      const reply = (value: number) => new Float32Array(length).fill(value, promptTokens);
      return {
        tokens_T,
        weights_T: reply(1 / (groups * groupSize)),
        logprobs_T: reply(-Math.log(size.config.vocab_size)),
        advantages_T: reply(member % 2 === 0 ? 1 : -1),
        sharedPrompt: { key: `${group}`, length: promptTokens },
      };
    }),
  );
}
