/**
 * The stage report: gathers from the journal what the run did and writes report.json and report.html. It can be
 * called at any time and says which stages are not finished.
 */

import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { writeFileAtomic } from '../../journal/atomic-file.ts';
import type { Journal } from '../../journal/journal.ts';
import { readProblems } from '../../problems/problem-file.ts';
import { packageVersion } from '../package-version.ts';
import { buildReport } from '../report/build-report.ts';
import type {
  Evaluation,
  Example,
  JudgeAccuracy,
  ReportInput,
  SampleText,
  StageUse,
  SupervisedCurve,
  SupervisedPoint,
} from '../report/report-input.ts';
import { dataPath, type RunContext } from '../run-context.ts';
import { type StageId, stagesOf } from '../schema.ts';
import { recordedCost } from '../step-cost.ts';
import type { EvaluationRecord } from './evaluate.ts';
import { rlCurves } from './report-rl.ts';
import { field, figure, payloadOf } from './report-values.ts';
import type { SampledText } from './samples.ts';

/** Problems shown with the answers of every checkpoint. */
const shownExamples = 4;

export async function runReport(context: RunContext): Promise<string> {
  const { json, html } = buildReport(await gatherReport(context));
  await writeFileAtomic(
    path.join(context.runDirectory, 'report.json'),
    `${JSON.stringify(json, undefined, 2)}\n`,
  );
  await writeFileAtomic(path.join(context.runDirectory, 'report.html'), html);
  const shown = json.effects.filter((effect) => effect.shown).length;
  return json.effects.length === 0 ? '' : `${shown} of ${json.effects.length} effects shown`;
}

/** A run as the report reads it, perhaps while another process writes. */
export interface ReportSource extends Pick<RunContext, 'recipe' | 'runDirectory'> {
  readonly journal: Pick<Journal, 'find' | 'events'>;
}

/** Everything the report is made from. */
export async function gatherReport(context: ReportSource): Promise<ReportInput> {
  const { recipe, journal, runDirectory } = context;
  const records = await evaluationRecords(journal);
  const stages = await stageUses(context);
  const unfinished: string[] = [];
  for (const stage of stagesOf(recipe)) {
    if (stage !== 'report' && (await journal.find('stage', stage)) === undefined) unfinished.push(stage);
  }
  const started = field((await journal.find('run', 'started'))?.value, 'at');
  const finished = field((await journal.find('run', 'finished'))?.value, 'at');
  return {
    name: recipe.name,
    description: recipe.description,
    recipeYaml: await readFile(path.join(runDirectory, 'recipe.yaml'), 'utf8'),
    seeds: [recipe.seed],
    started: typeof started === 'string' ? started : new Date().toISOString(),
    ...(typeof finished === 'string' ? { finished } : {}),
    seconds: stages.reduce((sum, stage) => sum + stage.seconds, 0),
    unfinishedStages: unfinished,
    stages,
    supervised: await supervisedCurves(context),
    rl: await rlCurves(context),
    evaluations: records.flatMap((record) => evaluationsOf(record, recipe.seed, suiteOf(context))),
    ...(await judgeOf(journal)),
    examples: await examplesOf(context, records),
    samples: await samplesOf(journal),
    environment: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      node: process.versions.node,
      qed: packageVersion(),
    },
  };
}

function suiteOf({ recipe }: ReportSource): string {
  return recipe.data.kind === 'lab' ? `lab-${recipe.data.profile}-test` : recipe.data.kind;
}

async function stageUses({ recipe, journal }: ReportSource): Promise<StageUse[]> {
  const seconds = new Map<string, number>();
  for await (const { value } of journal.events('time')) {
    const { stage, seconds: lap } = value as { stage: string; seconds: number };
    seconds.set(stage, (seconds.get(stage) ?? 0) + lap);
  }
  const uses: StageUse[] = [];
  for (const id of stagesOf(recipe)) {
    if (id === 'report') continue;
    let trainedTokens = 0;
    let sampledTokens = 0;
    for await (const { value } of journal.events(`${id}/step`)) {
      trainedTokens += figure(value, 'processedTokens');
      sampledTokens += figure(value, 'sampledTokens');
    }
    if (id === 'evaluate') {
      for await (const { value } of journal.events('evaluation')) sampledTokens += figure(value, 'tokens');
    }
    uses.push({
      id,
      seconds: seconds.get(id) ?? 0,
      trainedTokens,
      sampledTokens,
      ...(await speedAndMemory(journal, id, trainedTokens)),
    });
  }
  return uses;
}

/** Trained tokens per second of training, and the most memory; nothing where no step has recorded its cost. */
async function speedAndMemory(
  journal: ReportSource['journal'],
  stage: StageId,
  trainedTokens: number,
): Promise<Pick<StageUse, 'tokensPerSecond' | 'peakBytes'>> {
  const training = new Map<number, number>();
  let peakBytes = 0;
  for await (const { value } of journal.events(`${stage}/seconds`)) {
    const cost = recordedCost(value);
    if (cost === undefined) continue;
    // A step that was applied again after a kill counts once, as its tokens do.
    if (!training.has(cost.step)) training.set(cost.step, cost.trainingSeconds);
    peakBytes = Math.max(peakBytes, cost.peakBytes);
  }
  const seconds = [...training.values()].reduce((sum, value) => sum + value, 0);
  return seconds === 0 ? {} : { tokensPerSecond: trainedTokens / seconds, peakBytes };
}

async function supervisedCurves({ recipe, journal }: ReportSource): Promise<SupervisedCurve[]> {
  const curves: SupervisedCurve[] = [];
  for (const stage of ['pretrain', 'sft', 'judge'] as const) {
    if (recipe[stage] === undefined) continue;
    const points: SupervisedPoint[] = [];
    let tokens = 0;
    for await (const { key, value } of journal.events(`${stage}/step`)) {
      tokens += figure(value, 'processedTokens');
      const validation = field(value, 'validationLoss');
      points.push({
        step: Number(key),
        tokens,
        loss: figure(value, 'loss'),
        ...(typeof validation === 'number' ? { validationLoss: validation } : {}),
        learningRate: figure(value, 'learningRate'),
      });
    }
    const before = field((await journal.find(`${stage}/held-out`, '0'))?.value, 'validationLoss');
    curves.push({
      stage,
      checkpoint: stage === 'pretrain' ? 'base' : stage,
      ...(typeof before === 'number' ? { before } : {}),
      points,
    });
  }
  return curves;
}

/** What the judge was measured to be worth, where it was. */
async function judgeOf(journal: ReportSource['journal']): Promise<Pick<ReportInput, 'judge'>> {
  const event = await journal.find('judge', 'accuracy');
  return event === undefined ? {} : { judge: event.value as unknown as JudgeAccuracy };
}

async function evaluationRecords(journal: ReportSource['journal']): Promise<EvaluationRecord[]> {
  const records: EvaluationRecord[] = [];
  for await (const event of journal.events('evaluation')) records.push(payloadOf<EvaluationRecord>(event));
  return records;
}

/** One evaluation a turn: scores after it, and the tokens of the whole attempt so far. */
function evaluationsOf(record: EvaluationRecord, seed: number, suite: string): Evaluation[] {
  const turns = record.turns[0]?.[0]?.length ?? 0;
  return Array.from({ length: turns }, (_, index) => ({
    checkpoint: record.checkpoint,
    seed,
    suite,
    scaffold: record.scaffold,
    ...(record.scaffold === 'reasoning-cache' ? { turn: index + 1 } : {}),
    problems_P: record.problems.map(({ id, steps }) => ({ id, ...(steps === null ? {} : { steps }) })),
    attempts_P_A: record.turns.map((attempts) =>
      attempts.map((byTurn) => {
        const [score, tokens, overflowed] = byTurn[index] ?? [null, 0, false];
        return { score, length: tokens - (byTurn[index - 1]?.[1] ?? 0), overflowed, tokens };
      }),
    ),
  }));
}

/**
 * Problems whose grade rose most from the first checkpoint to the last, of different numbers of steps; the report
 * says that they were chosen so. A problem with an ungraded answer is left out.
 */
async function examplesOf(context: ReportSource, records: readonly EvaluationRecord[]): Promise<Example[]> {
  const singles = records.filter((record) => record.scaffold === 'single');
  const [first] = singles;
  const last = singles.at(-1);
  if (first === undefined || last === undefined) return [];
  const points = (record: EvaluationRecord, index: number): number => {
    const grade = record.first[index]?.grade;
    return grade?.kind === 'graded' ? grade.points : Number.NaN;
  };
  const gain = (index: number) => points(last, index) - points(first, index);
  const order = first.problems
    .map((_, index) => index)
    .filter((index) => singles.every((record) => record.first[index]?.grade.kind === 'graded'))
    .sort((a, b) => gain(b) - gain(a) || (first.problems[a]?.steps ?? 0) - (first.problems[b]?.steps ?? 0));
  const chosen: number[] = [];
  for (const index of order) {
    const steps = first.problems[index]?.steps;
    if (chosen.length < shownExamples && !chosen.some((other) => first.problems[other]?.steps === steps))
      chosen.push(index);
  }
  const problems = new Map(
    (await readProblems(dataPath(context, 'test.jsonl'))).map((problem) => [problem.id as string, problem]),
  );
  return chosen.flatMap((index) => {
    const problem = problems.get(first.problems[index]?.id ?? '');
    if (problem === undefined) return [];
    const { id, statement, scheme } = problem;
    const answers = singles.flatMap(({ checkpoint, first: answered }) => {
      const answer = answered[index];
      return answer === undefined ? [] : [{ checkpoint, ...answer }];
    });
    return [{ id, statement, ...(scheme === undefined ? {} : { scheme }), answers }];
  });
}

/** Texts before and after fine-tuning. */
async function samplesOf(journal: ReportSource['journal']): Promise<ReportInput['samples']> {
  const samples: SampleText[] = [];
  for (const checkpoint of ['base', 'sft'] as const) {
    const event = await journal.find('samples', checkpoint);
    if (event === undefined) continue;
    for (const text of payloadOf<SampledText[]>(event)) samples.push({ checkpoint, ...text });
  }
  return samples;
}
