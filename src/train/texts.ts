/**
 * Tokenised texts for supervised training: the ids of each, and where its prompt ends.
 * A text longer than the cap is left out or cut, as asked, and counted: never in silence.
 */
import { Random } from '../stats/random.ts';
import type { ChatFormat, Message } from '../tokenizer/tokenizer.ts';

export interface TokenisedText {
  readonly tokens_T: Int32Array;
  /** Tokens before this index are the prompt and are not trained. */
  readonly promptLength: number;
}

export interface ExampleText extends TokenisedText {
  /** What the text is about: the tag `problem`, or failing that the prompt. */
  readonly problem: string;
}

export interface TextSet {
  readonly texts: readonly ExampleText[];
  readonly tokens: number;
  readonly leftOut: { readonly count: number; readonly longest: number };
  readonly cut: { readonly count: number; readonly longest: number };
}

export interface TextLimits {
  /** Most tokens of a text, its prompt included. */
  readonly maximumTokens: number;
  /** Longer texts: `leave-out`, or `cut` at the limit, without the stop token. */
  readonly longTexts: 'leave-out' | 'cut';
}

interface TrainingExample {
  readonly messages: readonly Message[];
  readonly tags?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Renders conversations, whose last message is the assistant's, with the model's chat format. The prompt is
 * everything up to the opening of that last message. A text is left out all the same when its prompt alone reaches the
 * limit, for nothing of it would be trained.
 */
export async function tokeniseTexts(
  examples: Iterable<TrainingExample> | AsyncIterable<TrainingExample>,
  format: ChatFormat,
  { maximumTokens, longTexts }: TextLimits,
): Promise<TextSet> {
  const texts: ExampleText[] = [];
  let tokens = 0;
  const leftOut = { count: 0, longest: 0 };
  const cut = { count: 0, longest: 0 };
  for await (const { messages, tags } of examples) {
    const reply = messages.at(-1);
    if (reply?.role !== 'assistant')
      throw new Error('a training text must end with a message of the assistant');
    const prompt_T = format.renderPrompt(messages.slice(0, -1));
    const reply_T = format.renderReply(reply.content);
    const whole = prompt_T.length + reply_T.length;
    const isLong = whole > maximumTokens;
    const isCut = isLong && longTexts === 'cut' && prompt_T.length < maximumTokens;
    if (isLong) {
      const long = isCut ? cut : leftOut;
      long.count += 1;
      long.longest = Math.max(long.longest, whole);
      if (!isCut) continue;
    }
    const tokens_T = new Int32Array(Math.min(whole, maximumTokens));
    tokens_T.set(prompt_T);
    tokens_T.set(reply_T.subarray(0, tokens_T.length - prompt_T.length), prompt_T.length);
    texts.push({ tokens_T, promptLength: prompt_T.length, problem: subjectOf(messages, tags) });
    tokens += tokens_T.length;
  }
  return { texts, tokens, leftOut, cut };
}

/** The problem that a text is about, as far as can be told. */
export function subjectOf(messages: readonly Message[], tags: TrainingExample['tags']): string {
  return String(tags?.problem ?? JSON.stringify(messages.slice(0, -1).map(({ content }) => content)));
}

/**
 * Which texts each optimiser step trains on: consecutive texts of the order until `tokensPerStep` is reached, or
 * `textsPerStep` of them where that is given. The whole plan is a function of its arguments, so a resumed run trains on
 * the same batches.
 */
export function planBatches(
  lengths: readonly number[],
  options: {
    readonly tokensPerStep: number;
    readonly textsPerStep?: number | undefined;
    readonly epochs: number;
    readonly order: 'as-written' | 'shuffled';
    readonly seed: number;
    readonly steps?: number | undefined;
  },
): number[][] {
  const indices = lengths.map((_, index) => index);
  const wanted = Math.round(lengths.length * options.epochs);
  const batches: number[][] = [];
  const { textsPerStep } = options;
  const fullSize = textsPerStep ?? options.tokensPerStep;
  let batch: number[] = [];
  let size = 0;
  let taken = 0;
  for (let epoch = 0; taken < wanted; epoch += 1) {
    const order =
      options.order === 'shuffled' ? new Random('order', options.seed, epoch).shuffled(indices) : indices;
    for (const index of order) {
      if (taken >= wanted) break;
      batch.push(index);
      size += textsPerStep === undefined ? (lengths[index] ?? 0) : 1;
      taken += 1;
      if (size < fullSize) continue;
      batches.push(batch);
      batch = [];
      size = 0;
      if (batches.length === options.steps) return batches;
    }
  }
  // A last batch that is much smaller than the others would take a step as long as theirs on little evidence.
  if (size >= fullSize / 2 || batches.length === 0) batches.push(batch);
  return batches.filter((items) => items.length > 0);
}
