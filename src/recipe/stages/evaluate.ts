/**
 * The stage evaluate: every checkpoint on the test problems, in a single turn and with the Reasoning Cache, graded
 * exactly after each turn. Calls and grades are durable; what the report needs is left as one event a checkpoint
 * and scaffold.
 */
import { type AttemptResult, evaluateScaffold } from '../../bench/evaluate.ts';
import type { Grade } from '../../grade/grade.ts';
import { gradeDurably } from '../../grade/grade-durably.ts';
import type { Json } from '../../journal/journal.ts';
import { exactGrader } from '../../lab/exact-grader.ts';
import { provePrompt } from '../../lab/prompts.ts';
import { labReasoningCache } from '../../lab/reasoning-cache.ts';
import type { ChatModel } from '../../model/chat-model.ts';
import { createEngineChatModel } from '../../model/engine-chat-model.ts';
import type { Problem } from '../../problems/problem.ts';
import { readProblems } from '../../problems/problem-file.ts';
import { reasoningCache } from '../../scaffold/reasoning-cache.ts';
import type { Scaffold } from '../../scaffold/scaffold.ts';
import { singleTurn } from '../../scaffold/single-turn.ts';
import { mean } from '../../stats/moments.ts';
import { seedFrom } from '../../stats/random.ts';
import type { CheckpointName } from '../checkpoints.ts';
import { loadFormat } from '../model-setup.ts';
import { dataPath, type RunContext, StageClock, untilStopped } from '../run-context.ts';
import type { EvaluateSettings } from '../schema.ts';
import { checkpointDirectory } from '../starting-model.ts';

type ScaffoldName = 'single' | 'reasoning-cache';

/** What one evaluation leaves for the report. Attempt 0 of every problem is kept whole. */
export interface EvaluationRecord {
  readonly checkpoint: CheckpointName;
  readonly scaffold: ScaffoldName;
  readonly problems: readonly { readonly id: string; readonly steps: number | null }[];
  /** By problem, attempt, turn: [score or null, tokens so far, overflowed]. */
  readonly turns: readonly (readonly (readonly (readonly [number | null, number, boolean])[])[])[];
  readonly first: readonly { readonly reasoning: string; readonly proof: string; readonly grade: Grade }[];
}

export async function runEvaluate(context: RunContext, settings: EvaluateSettings): Promise<string> {
  const clock = new StageClock(context.journal, 'evaluate');
  const format = await loadFormat(context);
  const problems = await readProblems(dataPath(context, 'test.jsonl'));
  const scaffolds = scaffoldsOf(settings);
  const checkpoints = checkpointsOf(context);
  const steps = checkpoints.length * scaffolds.length * problems.length * settings.samples;
  let finished = 0;
  const summary: string[] = [];
  const evaluate = async (): Promise<string> => {
    for (const checkpoint of checkpoints) {
      const directory = await checkpointDirectory(context, checkpoint);
      const scores = new Map<string, number>();
      for (const [name] of scaffolds) {
        const score = await recordedScore(context, checkpoint, name);
        if (score !== undefined) scores.set(name, score);
      }
      finished += scores.size * problems.length * settings.samples;
      if (scores.size < scaffolds.length) {
        const sampler = await context.engine.loadSampler(directory);
        try {
          const model = createEngineChatModel({ name: `run/${checkpoint}`, sampler, format });
          for (const [name, scaffold] of scaffolds) {
            if (scores.has(name)) continue;
            scores.set(name, await evaluateOne(checkpoint, name, scaffold, model));
            await clock.lap();
          }
        } finally {
          await sampler.close();
        }
      }
      summary.push(`${checkpoint} ${(scores.get('single') ?? 0).toFixed(1)} %`);
    }
    return summary.join(', ');
  };
  const evaluateOne = async (
    checkpoint: CheckpointName,
    name: ScaffoldName,
    scaffold: Scaffold,
    model: ChatModel,
  ): Promise<number> => {
    const results = await evaluateScaffold({
      unit: `evaluate/${checkpoint}/${name}`,
      problems,
      attempts: settings.samples,
      scaffold,
      model,
      maxTokens: settings.maxTokens,
      temperature: settings.temperature,
      seed: seedFrom(context.recipe.seed, 'evaluate'),
      journal: context.journal,
      grade: ({ unit, problem, proof, seed, signal }) =>
        gradeDurably({
          ...{ journal: context.journal, grader: exactGrader, signal, unit, problem, proof, seed },
        }),
      signal: context.signal,
      onAttempt: () => {
        finished += 1;
        if (finished % 64 === 0 || finished === steps) {
          const figures = { checkpoint, scaffold: name };
          context.progress.step('evaluate', { step: finished, steps, figures });
        }
      },
    });
    return await record(context, checkpoint, name, problems, results);
  };
  return await untilStopped(context, clock, evaluate);
}

/** The checkpoints that this recipe leaves, in order, and the model that it begins from. */
function checkpointsOf({ recipe }: RunContext): CheckpointName[] {
  const stages = { base: recipe.pretrain ?? recipe.model.from, sft: recipe.sft, rl: recipe.rl };
  return (['base', 'sft', 'rl'] as const).filter((name) => stages[name] !== undefined);
}

function scaffoldsOf(settings: EvaluateSettings): [ScaffoldName, Scaffold][] {
  const single = singleTurn((problem) => [{ role: 'user', content: provePrompt(problem.statement) }]);
  const scaffolds: [ScaffoldName, Scaffold][] = [['single', single]];
  if (settings.reasoningCacheTurns > 0) {
    const { ask, summarise } = labReasoningCache(settings.summariser);
    scaffolds.push([
      'reasoning-cache',
      reasoningCache({ turns: settings.reasoningCacheTurns, ask, summarise }),
    ]);
  }
  return scaffolds;
}

/**
 * The score of an evaluation that an earlier sitting recorded. It is not done again: a grader that could not answer
 * then might now, and the record would be another one.
 */
async function recordedScore(
  context: RunContext,
  checkpoint: CheckpointName,
  scaffold: ScaffoldName,
): Promise<number | undefined> {
  const event = await context.journal.find('evaluation', `${checkpoint}/${scaffold}`);
  return event === undefined ? undefined : (event.value as { readonly score: number }).score;
}

/** Appends the event of one evaluation; returns its mean final score in percent. */
async function record(
  context: RunContext,
  checkpoint: CheckpointName,
  scaffold: ScaffoldName,
  problems: readonly Problem[],
  results_P_A: readonly (readonly AttemptResult[])[],
): Promise<number> {
  const entry: EvaluationRecord = {
    checkpoint,
    scaffold,
    problems: problems.map(({ id, tags }) => ({
      id,
      steps: typeof tags.steps === 'number' ? tags.steps : null,
    })),
    turns: results_P_A.map((attempts) =>
      attempts.map(({ turns }) =>
        turns.map(({ score, tokens, overflowed }) => [score ?? null, tokens, overflowed] as const),
      ),
    ),
    first: results_P_A.flatMap(([attempt]) =>
      attempt === undefined
        ? []
        : [{ reasoning: attempt.reasoning, proof: attempt.proof ?? '', grade: attempt.grade }],
    ),
  };
  const scores_P_A = results_P_A
    .map((attempts) => attempts.flatMap(({ turns }) => turns.at(-1)?.score ?? []))
    .filter((scores_A) => scores_A.length > 0);
  const tokens = results_P_A.flat().reduce((sum, { turns }) => sum + (turns.at(-1)?.tokens ?? 0), 0);
  // Every problem weighs the same, as in the report.
  const score = scores_P_A.length === 0 ? 0 : 100 * mean(scores_P_A.map(mean));
  const value: Json = {
    score,
    graded: scores_P_A.flat().length,
    attempts: results_P_A.flat().length,
    tokens,
  };
  const payload = Buffer.from(JSON.stringify(entry));
  await context.journal.append('evaluation', `${checkpoint}/${scaffold}`, { value, payload });
  return score;
}
