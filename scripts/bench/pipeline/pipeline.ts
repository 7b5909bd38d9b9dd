/**
 * The benchmark of the asynchronous pipeline: stage rl of the same run, from the same checkpoint, synchronous and
 * asynchronous in turn, with the exact grader, where arithmetic is the limit, and with a judge that takes two seconds.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { quantile } from '../../../src/stats/quantile.ts';
import type { FigureGroup } from '../engine.ts';
import { counted, type Figure, type Goal } from '../figure.ts';
import { type ArmStep, makeBase, runArm } from './rl-arm.ts';

export interface PipelineBenchOptions {
  readonly repeats: number;
  /** Optimiser steps of an arm. */
  readonly steps: number;
  /** Lag bound of the asynchronous arms. */
  readonly maxLag: number;
  readonly judgeSeconds: number;
  /** Run directory that has, or gets, the checkpoint to begin from; default: one that is removed afterwards. */
  readonly base: string | undefined;
}

export const fullPipeline = { steps: 24, maxLag: 5, judgeSeconds: 2 } as const;

const goals = { exact: { atLeast: 1 }, judge: { atLeast: 1.5 } } as const satisfies Record<string, Goal>;
/** Steps at the beginning that are left out of means of what a step is like. */
const warmup = 4;

export async function* benchPipeline(options: PipelineBenchOptions): AsyncGenerator<FigureGroup> {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-pipeline-'));
  const judge = await startJudge(options.judgeSeconds);
  try {
    const base = options.base ?? path.join(directory, 'base');
    await makeBase(base);
    const preset = path.join(directory, 'judge.yaml');
    writeFileSync(
      preset,
      JSON.stringify({
        ...{
          name: 'slow-judge',
          description: 'a judge that takes its time',
          model: 'slow',
          dialect: 'generic',
        },
        ...{ baseUrl: judge.baseUrl, maxTokens: 64, price: { prompt: 0, completion: 0 } },
        concurrency: { initial: 256, most: 256 },
      }),
    );
    const common = [
      ...[`rl.steps=${options.steps}`, `rl.evaluateEvery=${10 * options.steps}`],
      `rl.checkpointEvery=${10 * options.steps}`,
    ];
    const arm = async (grader: string, maxLag: number) =>
      await runArm(base, path.join(directory, 'arm'), [
        ...common,
        ...[`rl.grader=${grader}`, `rl.pipeline.maxLag=${maxLag}`],
      ]);
    for (const [title, grader, goal] of [
      ['exact grader, which takes no time', 'exact', goals.exact],
      [
        `a judge that takes ${options.judgeSeconds} s`,
        `${preset}(scheme=if-any,reference=if-any)`,
        goals.judge,
      ],
    ] as const) {
      const [inTurn, ahead]: [ArmStep[][], ArmStep[][]] = [[], []];
      for (let repeat = 0; repeat < options.repeats; repeat += 1) {
        inTurn.push(await arm(grader, 0));
        ahead.push(await arm(grader, options.maxLag));
      }
      yield { title, figures: figuresOf(inTurn, ahead, options.maxLag, goal) };
    }
  } finally {
    judge.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function figuresOf(inTurn: ArmStep[][], ahead: ArmStep[][], maxLag: number, goal: Goal): Figure[] {
  const ratios = inTurn.map((steps, repeat) => secondsOf(steps) / secondsOf(ahead[repeat] ?? []));
  return [
    ranged('a step, synchronous', 's', inTurn.map(secondsOf)),
    ranged(`a step, at most ${maxLag} steps of lag`, 's', ahead.map(secondsOf)),
    { ...ranged('synchronous / asynchronous', 'ratio', ratios), ...judged(ratios, goal) },
    ranged(
      'mean lag',
      'steps',
      ahead.map((steps) => meanOf(steps, ({ lag }) => lag)),
    ),
    counted(
      'groups dropped',
      'groups',
      sumOf(ahead.flat(), ({ dropped }) => dropped),
    ),
    ranged(
      'orchestrator, CPU per million tokens',
      's',
      ahead.map(
        (steps) =>
          (1e6 * sumOf(steps, ({ orchestratorSeconds }) => orchestratorSeconds)) /
          sumOf(steps, ({ sampledTokens, processedTokens }) => sampledTokens + processedTokens),
      ),
    ),
    ranged('memory, last step / step after warm-up', 'ratio', ahead.map(growthOf)),
    ranged('mean reward, synchronous', 'share', inTurn.map(rewardOf)),
    ranged('mean reward, asynchronous', 'share', ahead.map(rewardOf)),
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

function ranged(name: string, unit: string, values: readonly number[]): Figure {
  const spread = { lowest: Math.min(...values), highest: Math.max(...values), repeats: values.length };
  return { name, value: quantile(values, 0.5), unit, ...spread };
}

function judged(values: readonly number[], goal: Goal): Pick<Figure, 'goal' | 'met'> {
  const value = quantile(values, 0.5);
  return { goal, met: 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost };
}

async function startJudge(seconds: number): Promise<{ readonly baseUrl: string; close(): void }> {
  const program = fileURLToPath(new URL('slow-judge-program.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--no-warnings', program, String(seconds)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the judge ended with ${code}`)));
    child.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim()));
  });
  return { baseUrl: `http://127.0.0.1:${port}/v1`, close: () => child.stdin?.end() };
}
