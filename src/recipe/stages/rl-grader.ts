/** Who grades the attempts of reinforcement learning, opened for a run. */
import type { Grader } from '../../grade/grade.ts';
import { resolveGrader } from '../resolve-grader.ts';
import type { RunContext } from '../run-context.ts';
import type { RlSettings } from '../schema.ts';

export interface OpenGrader {
  readonly grader: Grader;
  /** Proofs that it can grade at a time: as many as the one of its models that answers most at a time. */
  readonly places: number;
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
  return { grader: opened, places, close: () => opened.close() };
}
