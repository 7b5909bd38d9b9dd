/**
 * The benchmark of the answer checker: on gold answers rewritten by rules and on labelled pairs, how many verdicts are
 * wrong, and how much is decided without a model. With peers, other checkers on the same pairs.
 */
import { existsSync } from 'node:fs';
import { createAnswerComparer } from '../../../src/grade/answers/comparer.ts';
import type { FigureGroup } from '../engine.ts';
import { counted, type Figure, type Goal } from '../figure.ts';
import { askPeer, type PeerVerdicts } from './ask-peer.ts';
import { type AnswerCase, goldCases, labelledCases } from './cases.ts';

export interface AnswersBenchOptions {
  /** IMO-AnswerBench, a file or directory; without it there are only the labelled pairs. */
  readonly suite: string | undefined;
  /** A Python with math-verify and sympy. */
  readonly peer: string | undefined;
  /** A directory in which @cortex-js/compute-engine is installed. */
  readonly computeEngine: string | undefined;
  /** Peers get every so many of the rewritten answers. */
  readonly every: number;
}

type Verdict = 'equal' | 'different' | 'unknown';

const none: Goal = { atMost: 0 };
const nearlyAll: Goal = { atLeast: 95 };
const kinds = ['integer', 'rational', 'constant', 'several', 'symbolic'];

export async function* benchAnswers(options: AnswersBenchOptions): AsyncGenerator<FigureGroup> {
  const labelled = labelledCases();
  const gold =
    options.suite === undefined || !existsSync(options.suite) ? [] : await goldCases(options.suite);
  const comparer = createAnswerComparer({ threads: 1 });
  const verdicts = new Map<AnswerCase, Verdict>();
  const started = performance.now();
  for (const one of [...labelled, ...gold]) {
    const settings = one.statement === undefined ? {} : { statement: one.statement };
    verdicts.set(one, (await comparer.compare(one.gold, one.candidate, settings)).verdict);
  }
  const seconds = (performance.now() - started) / 1000;
  await comparer.close();

  yield { title: `Labelled pairs: ${labelled.length}`, figures: figuresOf(labelled, verdicts) };
  if (gold.length > 0) {
    for (const kind of kinds) {
      const cases = gold.filter(({ set }) => set === kind);
      yield {
        title: `Gold answers, ${kind}: ${cases.length} rewritten`,
        figures: figuresOf(cases, verdicts),
      };
    }
    yield { title: `Gold answers, all: ${gold.length} rewritten`, figures: figuresOf(gold, verdicts) };
  }
  yield {
    title: 'Cost',
    figures: [
      counted('time of a comparison, mean', 'ms', (1000 * seconds) / (labelled.length + gold.length)),
    ],
  };

  const sample = gold.filter((_, index) => index % options.every === 0);
  const sets = [
    ['labelled pairs', labelled],
    [`every ${options.every}th rewritten gold answer`, sample],
  ] as const;
  for (const [title, cases] of sets) {
    if (cases.length === 0) continue;
    const peers: PeerVerdicts[] = [];
    if (options.peer !== undefined)
      peers.push(...(await askPeer(options.peer, [new URL('peers.py', import.meta.url)], cases)));
    if (options.computeEngine !== undefined) {
      const program = new URL('compute-engine.ts', import.meta.url);
      peers.push(...(await askPeer(process.execPath, [program, options.computeEngine], cases)));
    }
    if (peers.length === 0) continue;
    yield { title: `QED on ${title}: ${cases.length}`, figures: figuresOf(cases, verdicts) };
    for (const { name, verdicts: theirs } of peers) {
      const table = new Map(cases.map((one, index) => [one, theirs[index] ?? 'unknown']));
      yield { title: `${name} on ${title}: ${cases.length}`, figures: figuresOf(cases, table, false) };
    }
  }
}

function figuresOf(
  cases: readonly AnswerCase[],
  verdicts: ReadonlyMap<AnswerCase, Verdict>,
  withGoals = true,
): Figure[] {
  const goal = (wanted: Goal): Goal | undefined => (withGoals ? wanted : undefined);
  const count = (truths: readonly string[], verdict: Verdict): number =>
    cases.filter((one) => truths.includes(one.truth) && verdicts.get(one) === verdict).length;
  const share = (truth: string): number => {
    const all = cases.filter((one) => one.truth === truth).length;
    return all === 0 ? 100 : (100 * (all - count([truth], 'unknown'))) / all;
  };
  return [
    counted('wrong "equal"', 'pairs', count(['different', 'unsettled'], 'equal'), goal(none)),
    counted('wrong "different"', 'pairs', count(['equal', 'unsettled'], 'different'), goal(none)),
    counted('equal ones decided', '%', share('equal'), goal(nearlyAll)),
    counted('different ones decided', '%', share('different'), goal(nearlyAll)),
  ];
}
