/**
 * Self-check (Huang & Yang): solve, improve once, then verify and correct in turn. A verifier writes a report, a
 * second call says whether that report accepts the solution. `passes` acceptances in a row end it well, `failures`
 * rejections in a row or `iterations` end it anyway. Strictly one call after the other: 12 when all pass, 32 when all
 * fail, more when they alternate.
 *
 * The answer is the version with the most acceptances, then the later one, so a version that was accepted is not lost
 * to a correction that was not, nor a whole one to one that was cut. NULL-NOT-ZERO: a verdict that could not be had
 * counts for nothing and corrects nothing.
 */
import { z } from 'zod';
import type { Problem } from '../problems/problem.ts';
import { attendance } from './attendance.ts';
import { bestSoFar } from './best-so-far.ts';
import { metered } from './derive-context.ts';
import { ASSUMED, type PlannedCalls, planOf } from './plan.ts';
import { ask, type Question } from './question.ts';
import type { Scaffold } from './scaffold.ts';

export const selfCheckSettings = z.strictObject({
  passes: z.int().min(1).default(5).describe('Acceptances in a row that end the search.'),
  failures: z.int().min(1).default(10).describe('Rejections in a row that end the search.'),
  iterations: z.int().min(1).default(30).describe('Verifications at most.'),
  answer: z
    .enum(['best', 'accepted'])
    .default('best')
    .describe(
      'Whether the best version is the answer in any case, or only one accepted `passes` times in a row.',
    ),
});

export type SelfCheckSettings = z.output<typeof selfCheckSettings>;

/** Huang and Yang's own program gives no answer that was not accepted; and MathArena's sizes. */
export const selfCheckPresets = {
  paper: { answer: 'accepted' },
  matharena: { passes: 2, failures: 4, iterations: 10 },
} as const;

export interface SelfCheckPrompts {
  readonly solve: (input: { readonly problem: Problem }) => Question<string>;
  readonly improve: (input: { readonly problem: Problem; readonly solution: string }) => Question<string>;
  /** The value is the report. */
  readonly verify: (input: { readonly problem: Problem; readonly solution: string }) => Question<string>;
  /** Whether the report accepts the solution. */
  readonly decide: (input: { readonly problem: Problem; readonly report: string }) => Question<boolean>;
  readonly correct: (input: {
    readonly problem: Problem;
    readonly solution: string;
    readonly report: string;
  }) => Question<string>;
}

/** A solution and the call that wrote it; `version` counts them. */
interface Version {
  readonly version: number;
  readonly label: string;
  readonly solution: string;
  readonly isCut: boolean;
  readonly accepted: number;
}

export function selfCheck(given: z.input<typeof selfCheckSettings>, prompts: SelfCheckPrompts): Scaffold {
  const { passes, failures, iterations, answer: wanted } = selfCheckSettings.parse(given);
  return metered(async (problem, context) => {
    const here = attendance(context);
    const offer = bestSoFar(context);
    let current: Version | undefined;
    let best: Version | undefined;

    const hold = (version: Version): void => {
      current = version;
      if (best === undefined || version.accepted >= best.accepted) best = version;
      offer(version.solution, [version.accepted, version.version], described(version));
    };
    /** Asks for another version; without an answer the current one stays. */
    const write = async (
      role: string,
      label: string,
      question: Question<string>,
      from: readonly string[],
    ) => {
      const asked = await here.attempt(role, label, () => ask(context, label, question, { role, from }));
      if (asked?.value === undefined) return;
      const { value: solution, isCut } = asked;
      if (isCut && current?.isCut === false) {
        context.note(label, { leftInPlace: current.label, wasCut: true });
      } else hold({ version: (current?.version ?? 0) + 1, label, solution, isCut, accepted: 0 });
    };
    /** With no solution yet, a new one is asked for instead of a better one. */
    const rewrite = async (
      role: 'improve' | 'correct',
      label: string,
      report?: { label: string; text: string },
    ) => {
      if (current === undefined) return await write('solve', label, prompts.solve({ problem }), []);
      const { solution } = current;
      const question =
        report === undefined
          ? prompts.improve({ problem, solution })
          : prompts.correct({ problem, solution, report: report.text });
      await write(role, label, question, [current.label, ...(report === undefined ? [] : [report.label])]);
    };

    await write('solve', 'solve', prompts.solve({ problem }), []);
    here.requireSome();
    await rewrite('improve', 'improve');

    let accepted = 0;
    let rejected = 0;
    for (
      let iteration = 1;
      iteration <= iterations && accepted < passes && rejected < failures;
      iteration += 1
    ) {
      if (current === undefined) {
        rejected += 1;
        await rewrite('correct', `correct-${iteration}`);
        continue;
      }
      const version = current as Version;
      const verdict = await examine(iteration, version.label, version.solution);
      here.requireSome();
      if (verdict === undefined) continue;
      if (verdict.accepts) {
        accepted += 1;
        rejected = 0;
        hold({ ...version, accepted });
      } else {
        accepted = 0;
        rejected += 1;
        await rewrite('correct', `correct-${iteration}`, verdict.report);
      }
    }
    here.requireSome();
    const answer = best as Version | undefined;
    if (answer === undefined) return undefined;
    const ended =
      accepted >= passes
        ? 'accepted'
        : rejected >= failures
          ? `given up after ${failures} rejections in a row`
          : `given up after ${iterations} verifications`;
    const isWithheld = wanted === 'accepted' && ended !== 'accepted';
    const chosen = isWithheld ? null : answer.label;
    context.note('choice', { chosen, best: answer.label, accepted: answer.accepted, ended });
    if (isWithheld) return undefined;
    context.keep(
      answer.solution,
      ended === 'accepted' ? described(answer) : `${described(answer)}; ${ended}`,
    );
    return answer.solution;

    /** Undefined when there was no report or no verdict on it. */
    async function examine(iteration: number, label: string, solution: string) {
      const verify = `verify-${iteration}`;
      const report = await here.attempt('verify', verify, () =>
        ask(context, verify, prompts.verify({ problem, solution }), { role: 'verify', from: [label] }),
      );
      if (report?.value === undefined) return undefined;
      const { value: text } = report;
      const decide = `decide-${iteration}`;
      const decision = await here.attempt('decide', decide, () =>
        ask(context, decide, prompts.decide({ problem, report: text }), {
          role: 'decide',
          from: [report.label],
        }),
      );
      if (decision?.value === undefined) return undefined;
      context.note(verify, { verdict: decision.value ? 'accepted' : 'rejected', of: label });
      return { accepts: decision.value, report: { label: report.label, text } };
    }
  });
}

function described({ label, accepted }: Version): string {
  const times = accepted === 0 ? 'never accepted' : `accepted ${accepted} times in a row`;
  return `${label}, ${accepted === 1 ? 'accepted once' : times}`;
}

export function selfCheckPlan(given: z.input<typeof selfCheckSettings>): PlannedCalls {
  const settings = selfCheckSettings.parse(given);
  const { verifications, corrections, calls } = courses(settings);
  const once = { least: 1, most: 1, expected: 1 };
  return planOf(
    [
      { role: 'solve', ...once, reads: {}, writes: 'proof', mayRepeat: false },
      { role: 'improve', ...once, reads: { proofs: 1 }, writes: 'proof', mayRepeat: false },
      { role: 'verify', ...verifications, reads: { proofs: 1 }, writes: 'report', mayRepeat: false },
      { role: 'decide', ...verifications, reads: { reports: 1 }, writes: 'verdict', mayRepeat: true },
      {
        role: 'correct',
        ...corrections,
        reads: { proofs: 1, reports: 1 },
        writes: 'proof',
        mayRepeat: false,
      },
    ],
    { least: 2 + calls.least, most: 2 + calls.most },
  );
}

interface Range {
  readonly least: number;
  readonly most: number;
  readonly expected: number;
}

/** Verifications, corrections and their calls together over all courses that the search can take. */
function courses({ passes, failures, iterations }: SelfCheckSettings) {
  const known = new Map<string, readonly [verifications: Range, corrections: Range, calls: Range]>();
  const none: Range = { least: 0, most: 0, expected: 0 };
  // An iteration without a verdict counts for nothing, and costs what an acceptance does.
  const join = (passed: Range, failed: Range, open: Range, ifPassed: number, ifFailed: number): Range => ({
    least: Math.min(passed.least + ifPassed, failed.least + ifFailed, open.least + ifPassed),
    most: Math.max(passed.most + ifPassed, failed.most + ifFailed, open.most + ifPassed),
    expected:
      ASSUMED.passRate * (passed.expected + ifPassed) + (1 - ASSUMED.passRate) * (failed.expected + ifFailed),
  });
  const from = (accepted: number, rejected: number, left: number): readonly [Range, Range, Range] => {
    if (accepted === passes || rejected === failures || left === 0) return [none, none, none];
    const key = `${accepted} ${rejected} ${left}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const passed = from(accepted + 1, 0, left - 1);
    const failed = from(0, rejected + 1, left - 1);
    const open = from(accepted, rejected, left - 1);
    const result = [
      join(passed[0], failed[0], open[0], 1, 1),
      join(passed[1], failed[1], open[1], 0, 1),
      join(passed[2], failed[2], open[2], 2, 3),
    ] as const;
    known.set(key, result);
    return result;
  };
  const [verifications, corrections, calls] = from(0, 0, iterations);
  return { verifications, corrections, calls };
}
