/** Texts that the fine-tuned model writes for held-out prompts, for runs whose answers nobody grades. */
import { readExamples } from '../../problems/examples.ts';
import { seedFrom } from '../../stats/random.ts';
import { finalCheckpoint } from '../checkpoints.ts';
import { loadFormat } from '../model-setup.ts';
import { dataPath, type RunContext } from '../run-context.ts';

const prompts = 3;
const maxTokens = 200;

/** Samples some texts from checkpoint `sft` and leaves them as one event. */
export async function runSamples(context: RunContext): Promise<void> {
  const { directory } = await finalCheckpoint(context, 'sft');
  const format = await loadFormat(context);
  const sampler = await context.engine.loadSampler(directory);
  try {
    const texts: { prompt: string; text: string }[] = [];
    for await (const { messages } of readExamples(dataPath(context, 'sft-validation.jsonl'))) {
      const asked = messages.slice(0, -1);
      const prompt_T = format.renderPrompt(asked);
      if (prompt_T.length + maxTokens > context.recipe.model.maximumPositions) continue;
      const sampling = { maxTokens, temperature: 0.7, stopTokenIds: format.stopTokenIds };
      const seeds_S = [seedFrom(context.recipe.seed, 'samples', texts.length)];
      const [sample] = await sampler.sample({ prompt_T, seeds_S, sampling, signal: context.signal });
      if (sample === undefined) throw new Error('the sampler returned nothing');
      texts.push({ prompt: asked.at(-1)?.content ?? '', text: format.tokenizer.decode(sample.tokens_T) });
      if (texts.length === prompts) break;
    }
    await context.journal.append('samples', 'sft', {
      value: texts.length,
      payload: Buffer.from(JSON.stringify(texts)),
    });
  } finally {
    await sampler.close();
  }
}
