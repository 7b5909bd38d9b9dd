/**
 * Texts that a model writes for held-out prompts, for runs whose answers nobody grades: what it wrote before its
 * fine-tuning, where it could write already, and after, for the same prompts with the same seeds.
 */
import { readExamples } from '../../problems/examples.ts';
import { seedFrom } from '../../stats/random.ts';
import type { CheckpointName } from '../checkpoints.ts';
import { loadFormat } from '../model-setup.ts';
import { dataPath, type RunContext } from '../run-context.ts';
import { checkpointDirectory } from '../starting-model.ts';

const prompts = 3;
const maxTokens = 200;

export interface SampledText {
  readonly prompt: string;
  readonly text: string;
}

/** Samples from the model that stage sft begins from, if there is one and the stage has not begun. */
export async function runSamplesBefore(context: RunContext): Promise<void> {
  if ((await context.journal.find('sft/held-out', '0')) !== undefined) return;
  const { pretrain, model } = context.recipe;
  if (pretrain === undefined && model.from === undefined) return;
  await sampleTexts(context, 'base');
}

/** Samples from checkpoint `sft`. */
export async function runSamplesAfter(context: RunContext): Promise<void> {
  await sampleTexts(context, 'sft');
}

/** Samples some texts and leaves them as one event, once. */
async function sampleTexts(context: RunContext, checkpoint: CheckpointName): Promise<void> {
  if ((await context.journal.find('samples', checkpoint)) !== undefined) return;
  const format = await loadFormat(context);
  const sampler = await context.engine.loadSampler(await checkpointDirectory(context, checkpoint));
  try {
    const texts: SampledText[] = [];
    for await (const { messages } of readExamples(dataPath(context, 'sft-validation.jsonl'))) {
      const asked = messages.slice(0, -1);
      const prompt = asked.at(-1)?.content ?? '';
      // A problem with several proofs is asked once.
      if (texts.some((text) => text.prompt === prompt)) continue;
      const prompt_T = format.renderPrompt(asked);
      if (prompt_T.length + maxTokens > context.recipe.model.maximumPositions) continue;
      const sampling = { maxTokens, temperature: 0.7, stopTokenIds: format.stopTokenIds };
      const seeds_S = [seedFrom(context.recipe.seed, 'samples', texts.length)];
      const [sample] = await sampler.sample({ prompt_T, seeds_S, sampling, signal: context.signal });
      if (sample === undefined) throw new Error('the sampler returned nothing');
      const written_T = sample.finish === 'stop' ? sample.tokens_T.subarray(0, -1) : sample.tokens_T;
      texts.push({ prompt, text: format.tokenizer.decode(written_T) });
      if (texts.length === prompts) break;
    }
    await context.journal.append('samples', checkpoint, {
      value: texts.length,
      payload: Buffer.from(JSON.stringify(texts)),
    });
  } finally {
    await sampler.close();
  }
}
