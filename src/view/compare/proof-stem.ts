/** What the page of a proof calls the attempts of a system at a problem: all but the number of the attempt, which follows. */
import type { System } from '../../bench/read-system.ts';
import { safeName } from '../safe-name.ts';
import type { SystemSource } from './find-systems.ts';

export function proofStem(source: SystemSource, { attempts_P_R }: System, p: number): string {
  if (source.kind === 'recipe') return safeName(`evaluate/${source.checkpoint}/${source.evaluated}/${p}/`);
  const attempt = (attempts_P_R[p] ?? []).find((row) => row !== undefined);
  return safeName(`${attempt?.problem ?? ''}/`);
}
