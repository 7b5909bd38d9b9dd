/** What the page of a proof calls the attempts of a system at a problem: all but the number of the attempt, which follows. */
import { safeName } from '../safe-name.ts';
import type { SystemSource } from './find-systems.ts';

/** `p`: the place of the problem in its run. */
export function proofStem(source: SystemSource, p: number): string {
  return safeName(
    source.kind === 'recipe' ? `evaluate/${source.checkpoint}/${source.evaluated}/${p}/` : `bench/${p}/`,
  );
}
