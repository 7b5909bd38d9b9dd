/** Who grades the attempts of reinforcement learning, opened for a run. */
import type { Grader } from '../../grade/grade.ts';
import type { Problem } from '../../problems/problem.ts';
import { readProblems } from '../../problems/problem-file.ts';
import { resolveGrader } from '../resolve-grader.ts';
import { dataPath, type RunContext } from '../run-context.ts';
import type { PolicyStage, RlSettings } from '../schema.ts';

export interface OpenGrader {
  readonly grader: Grader;
  /** Proofs that it can grade at a time: as many as the one of its models that answers most at a time. */
  readonly places: number;
  /** What a problem lacks for it; undefined when nothing. */
  missing(problem: Problem): string | undefined;
  close(): Promise<void>;
}

/** Where nobody says. */
const placesOfUnknown = 256;

/** Throws a JudgeSpecError, a ModelSpecError or a PresetError, and what opening the judge's model throws. */
export async function openGrader(
  context: Pick<RunContext, 'progress'>,
  { grader }: Pick<RlSettings, 'grader'>,
): Promise<OpenGrader> {
  const resolved = await resolveGrader(grader);
  const opened = await resolved.open({
    onEvent: (event) => {
      if (event.kind === 'breaker') context.progress.remark(`judge: circuit ${event.state}`);
    },
  });
  const known = opened.models.map((model) => model.places ?? placesOfUnknown);
  const places = known.length === 0 ? placesOfUnknown : Math.max(...known);
  return {
    grader: opened,
    places,
    missing: (problem) => resolved.missing(problem),
    close: () => opened.close(),
  };
}

/** Throws where a problem lacks what the judge needs: every attempt at it would be without a grade. */
export async function checkJudgeable(
  context: Pick<RunContext, 'runDirectory'>,
  stage: PolicyStage,
  { grader, missing }: Pick<OpenGrader, 'grader' | 'missing'>,
): Promise<void> {
  for (const name of ['train.jsonl', 'validation.jsonl']) {
    const problems = await readProblems(dataPath(context, name));
    const lacking = problems.flatMap((problem) => {
      const what = missing(problem);
      return what === undefined ? [] : [`${problem.id} (${what})`];
    });
    if (lacking.length === 0) continue;
    throw new Error(
      `${stage}.grader: ${grader.name} cannot grade ${lacking.length} of the ${problems.length} problems in data/${name}, ` +
        `such as ${lacking.slice(0, 3).join(', ')}. Write schemes with qed data rubrics, or name a judge that needs none`,
    );
  }
}
