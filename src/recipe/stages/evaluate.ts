/**
 * The stage evaluate: every checkpoint on the test problems, in a single turn and with the Reasoning Cache, graded
 * exactly after each turn. Calls and grades are durable; what the report needs is left as one event a checkpoint
 * and scaffold.
 */
import { type AttemptResult, evaluateScaffold } from '../../bench/evaluate.ts';
import type { Grade } from '../../grade/grade.ts';
import type { Json } from '../../journal/journal.ts';
import { exactGrader } from '../../lab/exact-grader.ts';
import { provePrompt } from '../../lab/prompts.ts';
import { labReasoningCache } from '../../lab/reasoning-cache.ts';
import { createEngineChatModel } from '../../model/engine-chat-model.ts';
import type { Problem } from '../../problems/problem.ts';
import { readProblems } from '../../problems/problem-file.ts';
import { reasoningCache } from '../../scaffold/reasoning-cache.ts';
import type { Scaffold } from '../../scaffold/scaffold.ts';
import { singleTurn } from '../../scaffold/single-turn.ts';
import { seedFrom } from '../../stats/random.ts';
import { gradeDurably } from '../../train/collect.ts';
import { type CheckpointName, findCheckpoint } from '../checkpoints.ts';
import { loadFormat } from '../model-setup.ts';
import { dataPath, type RunContext, StageClock, throwIfStopped } from '../run-context.ts';
import type { EvaluateSettings } from '../schema.ts';

/** What one evaluation leaves for the report. Attempt 0 of every problem is kept whole. */
export interface EvaluationRecord {
  readonly checkpoint: CheckpointName;
  readonly scaffold: 'single' | 'reasoning-cache';
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
  for (const checkpoint of checkpoints) {
    const found = await findCheckpoint(context, checkpoint);
    if (found === undefined) throw new Error(`checkpoint ${checkpoint} is missing`);
    const sampler = await context.engine.loadSampler(found.directory);
    try {
      const model = createEngineChatModel({ name: `run/${checkpoint}`, sampler, format });
      for (const [name, scaffold] of scaffolds) {
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
          grade: (unit, problem, proof, seed) =>
            gradeDurably({ ...context, grader: exactGrader }, unit, { problem }, proof, seed),
          signal: context.signal,
          onAttempt: () => {
            finished += 1;
            if (finished % 64 === 0 || finished === steps) {
              context.progress.step('evaluate', {
                step: finished,
                steps,
                figures: { checkpoint, scaffold: name },
              });
            }
          },
        });
        const score = await record(context, checkpoint, name, problems, results);
        if (name === 'single') summary.push(`${checkpoint} ${score.toFixed(1)} %`);
        await clock.lap();
      }
    } catch (error) {
      throwIfStopped(context);
      throw error;
    } finally {
      await sampler.close();
    }
  }
  return summary.join(', ');
}

/** The checkpoints that this recipe leaves, in order. */
function checkpointsOf({ recipe }: RunContext): CheckpointName[] {
  const stages = { base: recipe.pretrain, sft: recipe.sft, rl: recipe.rl };
  return (['base', 'sft', 'rl'] as const).filter((name) => stages[name] !== undefined);
}

function scaffoldsOf(settings: EvaluateSettings): ['single' | 'reasoning-cache', Scaffold][] {
  const single = singleTurn((problem) => [{ role: 'user', content: provePrompt(problem.statement) }]);
  const scaffolds: ['single' | 'reasoning-cache', Scaffold][] = [['single', single]];
  if (settings.reasoningCacheTurns > 0) {
    const { ask, summarise } = labReasoningCache(settings.summariser);
    scaffolds.push([
      'reasoning-cache',
      reasoningCache({ turns: settings.reasoningCacheTurns, ask, summarise }),
    ]);
  }
  return scaffolds;
}

/** Appends the event of one evaluation; returns its mean final score in percent. */
async function record(
  context: RunContext,
  checkpoint: CheckpointName,
  scaffold: 'single' | 'reasoning-cache',
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
  const scores = results_P_A.flat().flatMap(({ turns }) => turns.at(-1)?.score ?? []);
  const tokens = results_P_A.flat().reduce((sum, { turns }) => sum + (turns.at(-1)?.tokens ?? 0), 0);
  const score = (100 * scores.reduce((sum, value) => sum + value, 0)) / Math.max(1, scores.length);
  const value: Json = { score, graded: scores.length, attempts: results_P_A.flat().length, tokens };
  const payload = Buffer.from(JSON.stringify(entry));
  await context.journal.append('evaluation', `${checkpoint}/${scaffold}`, { value, payload });
  return score;
}
