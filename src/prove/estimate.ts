/**
 * What a run would call, in tokens and money, before anything is spent. Counts come from the scaffold's own plan, sizes
 * of calls from recorded ones of the same model and role where there are at least two, else from assumptions that are
 * named; the limit of a reply bounds everything.
 *
 * The interval: with n recorded calls of standard deviation s, C further calls differ from C times their mean by
 * s·C·√(1/n + 1/C) (a prediction interval at 95 %, roles independent); assumed sizes range over their own bounds. Where a
 * scaffold's number of calls depends on verdicts, the low end has the fewest and the high end the most.
 */
import type { Price } from '../model/chat-model.ts';
import type { PlannedCalls, PlannedStep } from '../scaffold/plan.ts';
import type { Interval } from '../stats/interval.ts';
import { mean, variance } from '../stats/moments.ts';
import type { MeasuredCall } from './spend-record.ts';

/**
 * Assumed sizes of replies as shares of their limit: fewest, usual, most. The usual ones are near what QED-Nano's paper
 * reports at a limit of 229,376: 94 k tokens a proof in a single turn, 52 k a call of RSA, 27 k one of DeepSeekMath.
 */
export const ASSUMED_SHARES = {
  proof: [0.02, 0.35, 1],
  report: [0.01, 0.1, 1],
  verdict: [0.01, 0.1, 1],
  summary: [0.005, 0.05, 1],
} as const satisfies Record<PlannedStep['writes'], readonly [number, number, number]>;

/** Tokens of instructions around what a prompt quotes; of a proof that is quoted, as a share of the call that wrote it. */
const instructionTokens = 300;
const quotedShare = 0.15;

export interface EstimateRequest {
  readonly plan: PlannedCalls;
  /** Tokens of each problem's statement. */
  readonly statementTokens: readonly number[];
  readonly attempts: number;
  readonly maxTokens: number;
  /** Of a role whose replies have a limit of their own, such as a judge. */
  readonly limitOf?: (role: string) => number | undefined;
  /** The model of a role. */
  readonly modelOf: (role: string) => { readonly name: string; readonly price?: Price };
  readonly measured: readonly MeasuredCall[];
}

export interface RoleEstimate {
  readonly role: string;
  readonly model: string;
  /** Of one attempt at one problem. */
  readonly calls: Interval;
  /** Of one call. */
  readonly promptTokens: Interval;
  readonly completionTokens: Interval;
  /** Recorded calls that the sizes come from; 0: assumed. */
  readonly measuredCalls: number;
}

export interface Estimate {
  readonly calls: Interval;
  readonly tokens: Interval;
  /** Undefined where a model has no price. */
  readonly dollars: Interval | undefined;
  /** The most that can be: every call at its limit. Prompts that quote proofs are taken at their limits too. */
  readonly mostTokens: number;
  readonly mostDollars: number | undefined;
  readonly roles: readonly RoleEstimate[];
}

export function estimate(request: EstimateRequest): Estimate {
  const { plan, statementTokens, attempts, maxTokens } = request;
  const problems = statementTokens.length;
  const statement = statementTokens.length === 0 ? 0 : mean(statementTokens);
  const times = problems * attempts;
  const roles = plan.steps.map((step) => ({ step, sizes: sizesOf(step, statement, request) }));
  const isPriced = roles.every(({ sizes }) => sizes.price !== undefined);
  const totals = (of: (prompt: number, completion: number, price: Price | undefined) => number): Interval => {
    let [low, middle, high, spread] = [0, 0, 0, 0];
    for (const { step, sizes } of roles) {
      const { prompt, completion, price, deviation } = sizes;
      low += step.least * times * of(prompt.low, completion.low, price);
      middle += step.expected * times * of(prompt.estimate, completion.estimate, price);
      high += step.most * times * of(prompt.high, completion.high, price);
      const calls = step.expected * times;
      if (deviation !== undefined && calls > 0) {
        const perCall = of(deviation.prompt, deviation.completion, price);
        spread += (perCall * calls) ** 2 * (1 / deviation.count + 1 / calls);
      }
    }
    const margin = 1.96 * Math.sqrt(spread);
    return {
      estimate: middle,
      low: Math.max(0, Math.min(middle, low - margin)),
      high: Math.max(middle, high + margin),
    };
  };
  const money = (prompt: number, completion: number, price: Price | undefined): number =>
    (prompt * (price?.prompt ?? 0) + completion * (price?.completion ?? 0)) / 1e6;
  const most = (of: (prompt: number, limit: number, price: Price | undefined) => number): number =>
    roles.reduce((sum, { step, sizes }) => {
      const quoted = quotedTexts(step) * maxTokens;
      const repeats = step.mayRepeat ? 2 : 1;
      return (
        sum +
        step.most *
          repeats *
          times *
          of(instructionTokens + statement + quoted, limitOf(step, request), sizes.price)
      );
    }, 0);
  const mostTokens = most((prompt, limit) => prompt + limit);
  const mostDollars = most((prompt, limit, price) => money(prompt, limit, price));
  const tokens = totals((prompt, completion) => prompt + completion);
  return {
    calls: { estimate: plan.expected * times, low: plan.least * times, high: plan.most * times },
    tokens: { ...tokens, high: Math.min(tokens.high, mostTokens) },
    dollars: isPriced ? totals(money) : undefined,
    mostTokens,
    mostDollars: isPriced ? mostDollars : undefined,
    roles: roles.map(({ step, sizes }) => ({
      role: step.role,
      model: sizes.model,
      calls: { estimate: step.expected, low: step.least, high: step.most },
      promptTokens: sizes.prompt,
      completionTokens: sizes.completion,
      measuredCalls: sizes.deviation?.count ?? 0,
    })),
  };
}

function limitOf({ role }: PlannedStep, { maxTokens, limitOf: own }: EstimateRequest): number {
  return own?.(role) ?? maxTokens;
}

interface Sizes {
  readonly model: string;
  readonly price: Price | undefined;
  readonly prompt: Interval;
  readonly completion: Interval;
  /** Of single calls, where they were recorded. */
  readonly deviation:
    | { readonly prompt: number; readonly completion: number; readonly count: number }
    | undefined;
}

function sizesOf(step: PlannedStep, statement: number, request: EstimateRequest): Sizes {
  const { maxTokens, measured, modelOf } = request;
  const { name, price } = modelOf(step.role);
  const recorded = measured.filter(({ model, role }) => model === name && role === step.role);
  if (recorded.length >= 2) {
    const prompts = recorded.map(({ promptTokens }) => promptTokens);
    const completions = recorded.map(({ completionTokens }) => completionTokens);
    return {
      model: name,
      price,
      prompt: exactly(mean(prompts)),
      completion: exactly(mean(completions)),
      deviation: {
        prompt: Math.sqrt(variance(prompts)),
        completion: Math.sqrt(variance(completions)),
        count: recorded.length,
      },
    };
  }
  const [low, usual, high] = ASSUMED_SHARES[step.writes];
  const limit = limitOf(step, request);
  return {
    model: name,
    price,
    prompt: assumedPrompt(step, statement, maxTokens),
    completion: { estimate: usual * limit, low: low * limit, high: high * limit },
    deviation: undefined,
  };
}

function assumedPrompt({ reads }: PlannedStep, statement: number, maxTokens: number): Interval {
  const { proofs = 0, reports = 0, reasoning = 0, summaries = 0 } = reads;
  const base = instructionTokens + statement;
  const quoted = (at: 0 | 1 | 2): number =>
    maxTokens *
    (proofs * quotedShare * ASSUMED_SHARES.proof[at] +
      reports * quotedShare * ASSUMED_SHARES.report[at] +
      reasoning * ASSUMED_SHARES.proof[at] +
      summaries * ASSUMED_SHARES.summary[at]);
  return { estimate: base + quoted(1), low: base + quoted(0), high: base + quoted(2) };
}

function quotedTexts({ reads }: PlannedStep): number {
  const { proofs = 0, reports = 0, reasoning = 0, summaries = 0 } = reads;
  return proofs + reports + reasoning + summaries;
}

function exactly(value: number): Interval {
  return { estimate: value, low: value, high: value };
}
