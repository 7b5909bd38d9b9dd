/**
 * Whether what a recipe asks fits into each model: prompts and replies of the policy into its positions, proofs and the judge's
 * report into the judge's context, a turn's reasoning and its summary into the summariser's.
 */
import type { Problem } from '../../problems/problem.ts';
import type { ChatFormat } from '../../tokenizer/tokenizer.ts';
import { policyStages, type Recipe } from '../schema.ts';
import { askOf } from '../stages/rl-questions.ts';
import { count, type RecipeCheck } from './recipe-check.ts';
import type { RecipeModels } from './recipe-models.ts';
import { judgeInstructions, judgePromptTokens, tokensOf } from './run-size.ts';

export interface LengthInput {
  readonly recipe: Recipe;
  readonly models: RecipeModels;
  readonly format: ChatFormat | undefined;
  readonly problems: readonly Problem[] | undefined;
  /** By the model's name: prompt and reply together, as its server says. */
  readonly contextOf: (model: string) => number | undefined;
}

export function checkLengths(input: LengthInput): RecipeCheck[] {
  return [...policyChecks(input), ...judgeChecks(input), ...summariserChecks(input)];
}

function policyChecks({ recipe, format, problems }: LengthInput): RecipeCheck[] {
  const positions = recipe.model.maximumPositions;
  return policyStages.flatMap((stage): RecipeCheck[] => {
    const settings = recipe[stage];
    if (settings === undefined) return [];
    const name = `${stage} lengths`;
    const { maxTokens } = settings;
    if (problems === undefined)
      return [
        {
          name,
          status: 'ok',
          found: `replies of up to ${count(maxTokens)} tokens in ${count(positions)} positions`,
        },
      ];
    const ask = askOf(recipe, settings);
    const prompts = problems.map((problem) => promptTokens(format, ask(problem)));
    const summary = 'summary' in settings ? (settings.summary?.maxTokens ?? 0) : 0;
    const longest = Math.max(0, ...prompts);
    const tooLong = prompts.filter((tokens) => tokens + summary + maxTokens > positions).length;
    const about = format === undefined ? 'about ' : '';
    const found = `prompts of up to ${about}${count(longest)} tokens${summary === 0 ? '' : `, summaries of ${count(summary)}`} and replies of ${count(maxTokens)} in ${count(positions)} positions`;
    if (tooLong === 0) return [{ name, status: 'ok', found }];
    return [
      {
        ...{ name, status: tooLong === prompts.length ? 'failed' : 'warning' },
        found: `${tooLong} of ${prompts.length} problems do not fit: ${found}`,
        mend: 'They are left out. Raise model.maximumPositions, or lower maxTokens.',
      },
    ];
  });
}

function promptTokens(
  format: ChatFormat | undefined,
  messages: Parameters<ChatFormat['renderPrompt']>[0],
): number {
  if (format !== undefined) return format.renderPrompt(messages).length;
  return messages.reduce((sum, { content }) => sum + tokensOf(content), 0);
}

function judgeChecks({ recipe, models, problems, contextOf }: LengthInput): RecipeCheck[] {
  const reading = problems === undefined ? [judgeInstructions] : problems.map(judgePromptTokens);
  const longest = Math.max(judgeInstructions, ...reading);
  return models.judges.flatMap(({ stage, judge, replyTokens }) =>
    judge.models.map((model): RecipeCheck => {
      const name = `${stage}.grader lengths`;
      const maxTokens = recipe[stage]?.maxTokens ?? 0;
      return fitCheck(name, model.name, contextOf(model.name), {
        ...{ fixed: longest, fixedWords: 'its instructions, the longest problem and scheme' },
        ...{ longest: maxTokens, longestWords: 'a proof', field: `${stage}.maxTokens`, reply: replyTokens },
      });
    }),
  );
}

function summariserChecks({ recipe, models, contextOf }: LengthInput): RecipeCheck[] {
  return models.summarisers.map(({ model }) =>
    fitCheck('rc.summary lengths', model.name, contextOf(model.name), {
      ...{ fixed: 1_000, fixedWords: 'its instructions and the problem' },
      ...{ longest: recipe.rc?.maxTokens ?? 0, longestWords: "a turn's reasoning", field: 'rc.maxTokens' },
      reply: recipe.rc?.summary?.maxTokens ?? 0,
    }),
  );
}

function fitCheck(
  name: string,
  model: string,
  context: number | undefined,
  {
    fixed,
    fixedWords,
    longest,
    longestWords,
    field,
    reply,
  }: {
    readonly fixed: number;
    readonly fixedWords: string;
    readonly longest: number;
    readonly longestWords: string;
    readonly field: string;
    readonly reply: number;
  },
): RecipeCheck {
  if (context === undefined)
    return {
      ...{ name, status: 'unchecked', found: `${model}: nobody says how many tokens it takes` },
      mend: 'Say it: openai:URL#MODEL,context=TOKENS.',
    };
  const room = context - reply - fixed;
  if (room <= 0)
    return {
      ...{ name, status: 'failed' },
      found: `${model} takes ${count(context)} tokens: a reply of ${count(reply)} and ${fixedWords} (about ${count(fixed)}) leave none for ${longestWords}`,
      mend: 'Say a smaller maxTokens of its replies, or serve it with a longer context.',
    };
  if (room < longest)
    return {
      ...{ name, status: 'warning' },
      found: `${model} takes ${count(context)} tokens: about ${count(room)} are left for ${longestWords}, and ${field} allows ${count(longest)}`,
      mend: 'Longer ones have no grade or summary (they are counted, never scored 0). Lower the limit, or serve it with a longer context.',
    };
  return {
    name,
    status: 'ok',
    found: `${model}: ${longestWords} of ${count(longest)} tokens and a reply of ${count(reply)} in ${count(context)}`,
  };
}
