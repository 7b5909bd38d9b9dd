/** Who grades the attempts of reinforcement learning: the lab's graders, or a judge as `qed grade --judge` takes it. */
import type { Grader } from '../../grade/grade.ts';
import { resolveJudge } from '../../grade/resolve-judge.ts';
import { exactGrader } from '../../lab/exact-grader.ts';
import { noisyGrader } from '../../lab/noisy-grader.ts';
import type { RunContext } from '../run-context.ts';
import type { RlSettings } from '../schema.ts';

export interface OpenGrader {
  readonly grader: Grader;
  close(): Promise<void>;
}

/** Throws a JudgeSpecError, a ModelSpecError or a PresetError, and what opening the judge's model throws. */
export async function openGrader(context: RunContext, { grader }: RlSettings): Promise<OpenGrader> {
  const close = async () => undefined;
  if (grader === 'exact') return { grader: exactGrader, close };
  if (grader === 'noisy') return { grader: noisyGrader(exactGrader), close };
  const judge = await resolveJudge(grader);
  const opened = await judge.open({
    onEvent: (event) => {
      if (event.kind === 'breaker') context.progress.remark(`judge: circuit ${event.state}`);
    },
  });
  return { grader: opened, close: () => opened.close() };
}
