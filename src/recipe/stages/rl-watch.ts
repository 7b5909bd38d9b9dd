/** Says who waits for what, when a step of stage rl has waited for long. */
import type { ShelvedGroup } from '../../train/pipeline/group-shelf.ts';
import type { Pipeline } from '../../train/pipeline/pipeline.ts';
import type { RunContext } from '../run-context.ts';

/** Seconds until the first remark; the time to the next doubles. */
const firstRemark = 60;

export async function watched<Result>(
  { progress }: RunContext,
  pipeline: Pipeline<ShelvedGroup>,
  work: Promise<Result>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const remarkAfter = (seconds: number): void => {
    timer = setTimeout(() => {
      progress.remark(`rl: ${pipeline.describe()}`);
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
