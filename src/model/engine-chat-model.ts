/**
 * A chat model on an engine's sampler: renders messages with the model's own chat format, samples, and takes the
 * reply apart by token ids. TOKEN-EXACT: the reply carries the ids that were sampled; its text is only read.
 */
import type { Sampler } from '../engine/engine.ts';
import type { ChatFormat } from '../tokenizer/tokenizer.ts';
import type { ChatModel } from './chat-model.ts';

/** `name` enters the key of every durable call, so two checkpoints need two names. */
export function createEngineChatModel(options: {
  readonly name: string;
  readonly sampler: Sampler;
  readonly format: ChatFormat;
}): ChatModel {
  const { name, sampler, format } = options;
  return {
    name,
    async generate(request, context = {}) {
      const prompt_T = format.renderPrompt(request.messages);
      const { maxTokens, temperature } = request;
      const [sample] = await sampler.sample({
        prompt_T,
        seeds_S: [request.seed],
        sampling: { maxTokens, temperature, stopTokenIds: format.stopTokenIds },
        ...(context.signal === undefined ? {} : { signal: context.signal }),
      });
      if (sample === undefined) throw new Error(`${name}: the sampler returned no sample`);
      const { reasoning, answer } = format.parseReply(sample.tokens_T);
      return {
        reasoning,
        answer,
        finish: sample.finish,
        usage: { promptTokens: prompt_T.length, completionTokens: sample.tokens_T.length },
        tokens: {
          prompt_T,
          completion_T: sample.tokens_T,
          logprobs_T: sample.logprobs_T,
          versions: sample.versions,
        },
      };
    },
  };
}
