/**
 * The benchmark of the asynchronous pipeline: stage rl of the same run, from the same checkpoint, synchronous and
 * asynchronous in turn, with the exact grader, where arithmetic is the limit, and with a judge that takes two seconds; and
 * against another trainer.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FigureGroup } from '../engine.ts';
import { counted, type Figure, type Goal, repeated } from '../figure.ts';
import { againstTrl } from './against-trl.ts';
import { startServer } from './local-server.ts';
import { type ArmStep, makeBase, runArm } from './rl-arm.ts';

export interface PipelineBenchOptions {
  readonly repeats: number;
  /** Seconds to spend on making disturbed repeats again, where that can be seen: against a peer. */
  readonly extraSeconds: number;
  /** Optimiser steps of an arm. */
  readonly steps: number;
  /** Lag bound of the asynchronous arms. */
  readonly maxLag: number;
  readonly judgeSeconds: number;
  /** Python that has TRL. */
  readonly peer: string | undefined;
  /** Comparisons to make. */
  readonly only: readonly PipelineComparison[];
  /** Run directory that has, or gets, the checkpoint to begin from; default: one that is removed afterwards. */
  readonly base: string | undefined;
}

export const pipelineComparisons = ['exact', 'judge', 'peer'] as const;
export type PipelineComparison = (typeof pipelineComparisons)[number];

export const fullPipeline = { steps: 24, maxLag: 5, judgeSeconds: 2 } as const;

const goals = { exact: { atLeast: 1 }, judge: { atLeast: 1.5 } } as const satisfies Record<string, Goal>;
/** Steps at the beginning that are left out of means of what a step is like. */
const warmup = 4;

export async function* benchPipeline(options: PipelineBenchOptions): AsyncGenerator<FigureGroup> {
  const { only, peer, repeats, extraSeconds, steps, judgeSeconds } = options;
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-pipeline-'));
  try {
    const base = options.base ?? path.join(directory, 'base');
    await makeBase(base);
    const never = 10 * steps;
    const settings = [`rl.steps=${steps}`, `rl.evaluateEvery=${never}`, `rl.checkpointEvery=${never}`];
    const arms = { base, directory: path.join(directory, 'arm'), settings };
    if (only.includes('exact')) {
      const figures = await compareLags(options, { ...arms, grader: 'exact', goal: goals.exact });
      yield { title: 'exact grader, which takes no time', figures };
    }
    if (only.includes('judge')) {
      const judge = await startServer('slow-judge-program.ts', [String(judgeSeconds)]);
      try {
        const preset = path.join(directory, 'judge.yaml');
        writeFileSync(preset, slowJudge(`${judge.url}/v1`));
        const grader = `${preset}(scheme=if-any,reference=if-any)`;
        const figures = await compareLags(options, { ...arms, grader, goal: goals.judge });
        yield { title: `a judge that takes ${judgeSeconds} s`, figures };
      } finally {
        judge.close();
      }
    }
    if (only.includes('peer') && peer !== undefined) {
      yield await againstTrl({ ...arms, python: peer, steps, patience: { repeats, extraSeconds } });
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function compareLags(
  { maxLag, repeats }: PipelineBenchOptions,
  {
    base,
    directory,
    settings,
    grader,
    goal,
  }: {
    readonly base: string;
    readonly directory: string;
    readonly settings: readonly string[];
    readonly grader: string;
    readonly goal: Goal;
  },
): Promise<Figure[]> {
  const arm = (lag: number) =>
    runArm(base, directory, [...settings, `rl.grader=${grader}`, `rl.pipeline.maxLag=${lag}`]);
  const [inTurn, ahead]: [ArmStep[][], ArmStep[][]] = [[], []];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    inTurn.push(await arm(0));
    ahead.push(await arm(maxLag));
  }
  return figuresOf(inTurn, ahead, maxLag, goal);
}

/** A preset of a model, as YAML. */
function slowJudge(baseUrl: string): string {
  return JSON.stringify({
    ...{ name: 'slow-judge', description: 'a judge that takes its time', model: 'slow', dialect: 'generic' },
    ...{ baseUrl, maxTokens: 64, price: { prompt: 0, completion: 0 } },
    concurrency: { initial: 256, most: 256 },
  });
}

function figuresOf(inTurn: ArmStep[][], ahead: ArmStep[][], maxLag: number, goal: Goal): Figure[] {
  const ratios = inTurn.map((steps, repeat) => secondsOf(steps) / secondsOf(ahead[repeat] ?? []));
  return [
    repeated('a step, synchronous', 's', inTurn.map(secondsOf)),
    repeated(`a step, at most ${maxLag} steps of lag`, 's', ahead.map(secondsOf)),
    repeated('synchronous / asynchronous', 'ratio', ratios, { goal }),
    repeated(
      'mean lag',
      'steps',
      ahead.map((steps) => meanOf(steps, ({ lag }) => lag)),
    ),
    counted(
      'groups dropped',
      'groups',
      sumOf(ahead.flat(), ({ dropped }) => dropped),
    ),
    repeated(
      'orchestrator, CPU per million tokens',
      's',
      ahead.map(
        (steps) =>
          (1e6 * sumOf(steps, ({ orchestratorSeconds }) => orchestratorSeconds)) /
          sumOf(steps, ({ sampledTokens, processedTokens }) => sampledTokens + processedTokens),
      ),
    ),
    repeated('memory, last step / step after warm-up', 'ratio', ahead.map(growthOf)),
    repeated('mean reward, synchronous', 'share', inTurn.map(rewardOf)),
    repeated('mean reward, asynchronous', 'share', ahead.map(rewardOf)),
  ];
}

/** Of all steps: what was sampled ahead while the pipeline filled is work of the steps after. */
function secondsOf(steps: readonly ArmStep[]): number {
  return sumOf(steps, ({ seconds }) => seconds) / steps.length;
}

function rewardOf(steps: readonly ArmStep[]): number {
  return meanOf(steps, ({ reward }) => reward ?? 0);
}

function growthOf(steps: readonly ArmStep[]): number {
  return (steps.at(-1)?.residentBytes ?? 0) / (steps[warmup]?.residentBytes ?? 1);
}

function meanOf(steps: readonly ArmStep[], of: (step: ArmStep) => number): number {
  const counted = steps.filter(({ step }) => step > warmup);
  return sumOf(counted, of) / counted.length;
}

function sumOf(steps: readonly ArmStep[], of: (step: ArmStep) => number): number {
  return steps.reduce((sum, step) => sum + of(step), 0);
}
