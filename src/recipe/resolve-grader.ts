/**
 * What `rl.grader` names: the lab's graders, or a judge as `qed grade --judge` takes it. Training opens its grader here, and
 * `qed calibrate` the one that it measures, so that what is calibrated is the object that training uses.
 */
import { type ResolvedJudge, resolveJudge } from '../grade/resolve-judge.ts';
import { exactGrader } from '../lab/exact-grader.ts';
import { noisyGrader } from '../lab/noisy-grader.ts';

export type ResolvedGrader = Omit<ResolvedJudge, 'open'> & {
  open(
    options?: Parameters<ResolvedJudge['open']>[0],
  ): Promise<Pick<Awaited<ReturnType<ResolvedJudge['open']>>, 'name' | 'models' | 'grade' | 'close'>>;
};

/** Throws a JudgeSpecError or a ModelSpecError. Nothing is loaded and nobody is called. */
export async function resolveGrader(spec: string): Promise<ResolvedGrader> {
  const lab = spec === 'exact' ? exactGrader : spec === 'noisy' ? noisyGrader(exactGrader) : undefined;
  if (lab === undefined) return await resolveJudge(spec);
  return {
    ...{ spec, name: lab.name, models: [], calls: { least: 0, most: 0 } },
    missing: () => undefined,
    open: async () => ({
      ...{ name: lab.name, models: [] },
      grade: (problem, proof, context) => lab.grade(problem, proof, context),
      close: async () => undefined,
    }),
  };
}
