/** Says who waits for what, when a step of reinforcement learning has waited for long. */
import type { Pipeline } from '../../train/pipeline/pipeline.ts';
import type { RlRun, WaitingGroup } from './rl-attempts.ts';

/** Seconds until the first remark; the time to the next doubles. */
const firstRemark = 60;

export async function watched<Result>(
  { stage, context: { progress } }: RlRun,
  pipeline: Pipeline<WaitingGroup>,
  work: Promise<Result>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const remarkAfter = (seconds: number): void => {
    timer = setTimeout(() => {
      progress.remark(`${stage}: ${pipeline.describe()}`);
      remarkAfter(2 * seconds);
    }, 1000 * seconds).unref();
  };
  remarkAfter(firstRemark);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
