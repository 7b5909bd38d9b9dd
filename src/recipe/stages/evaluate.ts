/**
 * The stage evaluate: every checkpoint on the test problems, in a single turn and with the Reasoning Cache, graded
 * exactly after each turn; the last one also with scaffolds that search, whose judge is the checkpoint `judge`. Calls
 * and grades are durable; what the report needs is left as one event a checkpoint and scaffold, and one for the judge.
 */
import { type AttemptResult, evaluateScaffold } from '../../bench/evaluate.ts';
import type { Grade } from '../../grade/grade.ts';
import { gradeDurably } from '../../grade/grade-durably.ts';
import type { Json } from '../../journal/journal.ts';
import { exactGrader } from '../../lab/exact-grader.ts';
import { JUDGE_ROLES, labScaffoldPrompts } from '../../lab/scaffold-prompts.ts';
import type { ChatModel } from '../../model/chat-model.ts';
import { createEngineChatModel } from '../../model/engine-chat-model.ts';
import type { Problem } from '../../problems/problem.ts';
import { readProblems } from '../../problems/problem-file.ts';
import { mean } from '../../stats/moments.ts';
import { seedFrom } from '../../stats/random.ts';
import type { CheckpointName, PolicyName } from '../checkpoints.ts';
import { loadFormat } from '../model-setup.ts';
import type { ScaffoldName } from '../report/report-input.ts';
import { dataPath, type RunContext, StageClock, untilStopped } from '../run-context.ts';
import type { EvaluateSettings, SearchSettings } from '../schema.ts';
import { checkpointDirectory } from '../starting-model.ts';
import { isSearch, type ScaffoldEntry, searchScaffolds, turnScaffolds } from './evaluated-scaffolds.ts';
import { measureJudge } from './judge-accuracy.ts';

/** What one evaluation leaves for the report. Attempt 0 of every problem is kept whole. */
export interface EvaluationRecord {
  readonly checkpoint: PolicyName;
  readonly scaffold: ScaffoldName;
  readonly problems: readonly { readonly id: string; readonly steps: number | null }[];
  /** By problem, attempt, turn: [score or null, tokens so far, overflowed]. */
  readonly turns: readonly (readonly (readonly (readonly [number | null, number, boolean])[])[])[];
  readonly first: readonly { readonly reasoning: string; readonly proof: string; readonly grade: Grade }[];
}

interface Entry extends ScaffoldEntry {
  readonly checkpoint: PolicyName;
}

export async function runEvaluate(context: RunContext, settings: EvaluateSettings): Promise<string> {
  const clock = new StageClock(context.journal, 'evaluate');
  const format = await loadFormat(context);
  const problems = await readProblems(dataPath(context, 'test.jsonl'));
  const prompts = labScaffoldPrompts();
  const checkpoints = checkpointsOf(context);
  const entered = checkpoints.flatMap((checkpoint) => [
    ...turnScaffolds(settings, prompts).map((entry) => ({ checkpoint, ...entry })),
    // Searching is for the policy that all training has led to.
    ...(checkpoint === checkpoints.at(-1) ? searchScaffolds(settings, prompts) : []).map((entry) => ({
      checkpoint,
      ...entry,
    })),
  ]);
  const steps = entered.reduce((sum, { samples }) => sum + samples * problems.length, 0);
  let finished = 0;

  /** The single turns of this sitting. */
  const written = new Map<PolicyName, AttemptResult[][]>();
  const models = new Map<CheckpointName, ChatModel>();
  const closers: (() => Promise<void>)[] = [];
  const modelOf = async (checkpoint: CheckpointName): Promise<ChatModel> => {
    const known = models.get(checkpoint);
    if (known !== undefined) return known;
    const sampler = await context.engine.loadSampler(await checkpointDirectory(context, checkpoint));
    closers.push(() => sampler.close());
    const model = createEngineChatModel({ name: `run/${checkpoint}`, sampler, format });
    models.set(checkpoint, model);
    return model;
  };
  const attempt = async ({ checkpoint, name, scaffold, samples }: Entry): Promise<AttemptResult[][]> => {
    const judge = isSearch(name) ? await modelOf('judge') : undefined;
    const judging = judge && { model: judge, maxTokens: settings.search?.judgeMaxTokens ?? 0 };
    return await evaluateScaffold({
      unit: `evaluate/${checkpoint}/${name}`,
      problems,
      attempts: samples,
      scaffold,
      model: await modelOf(checkpoint),
      ...(judging === undefined ? {} : { byRole: new Map(JUDGE_ROLES.map((role) => [role, judging])) }),
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
  };
  const evaluate = async (): Promise<string> => {
    const summary: string[] = [];
    for (const entry of entered) {
      const { checkpoint, name, samples } = entry;
      let score = await recordedScore(context, checkpoint, name);
      if (score === undefined) {
        const results = await attempt(entry);
        score = await record(context, checkpoint, name, problems, results);
        if (name === 'single') written.set(checkpoint, results);
        await clock.lap();
      } else finished += samples * problems.length;
      if (name === 'single') summary.push(`${checkpoint} ${score.toFixed(1)} %`);
    }
    if (settings.search !== undefined) await judgeAccuracy(settings.search);
    return summary.join(', ');
  };
  const judgeAccuracy = async ({ judgeMaxTokens }: SearchSettings): Promise<void> => {
    const policy = entered.findLast(({ name }) => name === 'single');
    if (policy === undefined || (await context.journal.find('judge', 'accuracy')) !== undefined) return;
    // In a sitting that begins here they come from the record: nothing is sampled or graded again.
    const known = written.get(policy.checkpoint);
    if (known === undefined) finished -= policy.samples * problems.length;
    const results = known ?? (await attempt(policy));
    const accuracy = await measureJudge(
      {
        judge: await modelOf('judge'),
        prompts,
        maxTokens: judgeMaxTokens,
        temperature: settings.temperature,
        seed: seedFrom(context.recipe.seed, 'evaluate'),
        journal: context.journal,
        signal: context.signal,
      },
      problems,
      results,
    );
    const value = { ...accuracy } as unknown as Json;
    await context.journal.append('judge', 'accuracy', { value });
    await clock.lap();
  };
  return await untilStopped(context, clock, async () => {
    try {
      return await evaluate();
    } finally {
      for (const close of closers) await close();
    }
  });
}

/** The policies that this recipe leaves, in order, and the model that it begins from. */
export function checkpointsOf({ recipe }: Pick<RunContext, 'recipe'>): PolicyName[] {
  const stages = {
    base: recipe.pretrain ?? recipe.model.from,
    sft: recipe.sft,
    rl: recipe.rl,
    rc: recipe.rc,
  };
  return (['base', 'sft', 'rl', 'rc'] as const).filter((name) => stages[name] !== undefined);
}

/**
 * The score of an evaluation that an earlier sitting recorded. It is not done again: a grader that could not answer
 * then might now, and the record would be another one.
 */
async function recordedScore(
  context: RunContext,
  checkpoint: PolicyName,
  scaffold: ScaffoldName,
): Promise<number | undefined> {
  const event = await context.journal.find('evaluation', `${checkpoint}/${scaffold}`);
  return event === undefined ? undefined : (event.value as { readonly score: number }).score;
}

/** Appends the event of one evaluation; returns its mean final score in percent. */
async function record(
  context: RunContext,
  checkpoint: PolicyName,
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
