/**
 * The judge that `--judge` names, for a suite: of proofs with a style that fits the suite's scale, of final answers a
 * comparison first and the model only where that does not decide. Everything that can be wrong is said before anything
 * is loaded or spent.
 */
import type { BenchJudge } from '../bench/grade-once.ts';
import type { ResolvedModel } from '../model/open-model.ts';
import type { Problem } from '../problems/problem.ts';
import type { Suite } from '../problems/suites/suite.ts';
import type { Remarks } from './open-models.ts';
import { told } from './prove-setup.ts';
import { UserError } from './user-error.ts';

export interface ResolvedJudge {
  /** Part of the keys of its gradings. */
  readonly name: string;
  readonly models: readonly ResolvedModel[];
  /** What a person should know before it begins. */
  readonly remarks: readonly string[];
  /** Calls for one proof. */
  readonly calls: { readonly least: number; readonly most: number };
  open(view: Remarks): Promise<BenchJudge & { close(): Promise<void> }>;
}

const faults = ['JudgeSpecError', 'ModelSpecError', 'PresetError'];

/** Several specs are an ensemble. Undefined without a spec, where only a model could judge. Throws a UserError. */
export async function resolveJudge(
  specs: readonly string[],
  suite: Pick<Suite, 'kind' | 'scale' | 'problems'> | undefined,
): Promise<ResolvedJudge | undefined> {
  if (suite?.kind === 'answer') return await resolveAnswers(specs);
  const [first, ...others] = specs;
  if (first === undefined) return undefined;
  const spec = others.length === 0 ? first : `ensemble(${specs.join(',')})`;
  const { resolveJudge: resolve } = await import('../grade/resolve-judge.ts');
  const style = suite?.scale === 'imo-proofbench' ? { style: 'imo-proofbench' as const } : {};
  const judge = await told(() => resolve(spec, style), faults);
  return {
    ...{ name: judge.name, models: judge.models, calls: judge.calls },
    remarks: missingRemarks(suite?.problems ?? [], (problem) => judge.missing(problem)),
    open: async (view) => await opened(() => judge.open(eventsTo(view))),
  };
}

/** Throws a UserError where no problem has what the judge needs. */
export function missingRemarks(
  problems: readonly Problem[],
  missing: (problem: Problem) => string | undefined,
): string[] {
  const lacking = problems.flatMap((problem) => {
    const what = missing(problem);
    return what === undefined ? [] : [{ id: problem.id, what }];
  });
  const [first] = lacking;
  if (first === undefined) return [];
  if (lacking.length === problems.length) {
    throw new UserError(
      `--judge: this judge needs what the problems do not have (${first.what}); say it another style, or what it may do without: "MODEL(scheme=if-any,reference=if-any)"`,
      { exitCode: 1 },
    );
  }
  const ids = lacking.slice(0, 5).map(({ id }) => id);
  return [
    `${lacking.length} of ${problems.length} problems have ${first.what}, which the judge needs, and stay ungraded: ${ids.join(', ')}${lacking.length > 5 ? ' and so on' : ''}`,
  ];
}

/** Final answers: compared, and by a model where that does not decide. */
async function resolveAnswers(specs: readonly string[]): Promise<ResolvedJudge> {
  const [spec, ...others] = specs;
  if (others.length > 0)
    throw new UserError('--judge: final answers are judged by one model', { exitCode: 2 });
  const { resolveAnswerJudge } = await import('../grade/resolve-judge.ts');
  const judge = spec === undefined ? undefined : await told(() => resolveAnswerJudge(spec), faults);
  const name = judge === undefined ? 'comparison' : `comparison+${judge.name}`;
  return {
    name,
    models: judge?.models ?? [],
    calls: { least: 0, most: judge?.calls.most ?? 0 },
    remarks:
      judge === undefined
        ? ['answers that a comparison cannot decide stay ungraded, for there is no --judge']
        : [],
    open: async (view) => {
      const { answerGrader } = await import('../grade/answers/answer-grader.ts');
      const { createAnswerComparer } = await import('../grade/answers/comparer.ts');
      const { modelJudge } = await import('../grade/answers/model-judge.ts');
      const asked = judge === undefined ? undefined : await opened(() => judge.open(eventsTo(view)));
      const comparer = createAnswerComparer();
      const grader = answerGrader({
        comparer,
        ...(asked === undefined ? {} : { askJudge: modelJudge(asked) }),
      });
      return {
        name,
        models: asked?.models ?? [],
        grade: async (problem, reply, context) => ({
          ...(await grader.grade(problem, reply, context)),
          grader: name,
        }),
        close: async () => {
          await comparer.close();
          await asked?.close();
        },
      };
    },
  };
}

/** Retries and breakers of a judge's endpoint, as remarks. */
export function eventsTo(view: Remarks): Parameters<ResolvedModel['open']>[0] {
  return {
    onEvent: (event) => {
      if (event.kind === 'retry') {
        const reason = event.error instanceof Error ? event.error.message : String(event.error);
        view.remark(`judge: ${reason}; trying again in ${(event.delayMilliseconds / 1000).toFixed(1)} s`);
      } else if (event.kind === 'breaker') view.remark(`judge: circuit ${event.state}`);
    },
  };
}

/** What keeps a model from being opened is a person's to mend: a missing file, key, address or peer. */
export async function opened<T>(open: () => Promise<T>): Promise<T> {
  return await told(open, ['Error', 'PresetError', 'ModelError', 'ModelSpecError']);
}
