/**
 * CPU time of work, of all threads and of a peer that works for it. Who else computes on the machine changes it far less
 * than the time on the wall (caches are shared, cores are not), so that ratios can be had on a busy machine.
 */
import type { Work, Works } from './quiet.ts';

/** CPU seconds of `repeats` runs of every work, in turn, so that a drift of the machine meets all. */
export async function cpuTimes<W extends Works>(
  works: W,
  repeats: number,
): Promise<{ readonly [K in keyof W]: readonly number[] }> {
  const entries = Object.entries(works).flatMap(([name, work]) =>
    work === undefined ? [] : [{ name, work, seconds: [] as number[] }],
  );
  for (const { work } of entries) await work();
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const { work, seconds } of entries) seconds.push(await cpuSeconds(work));
  }
  const results = entries.map(({ name, seconds }) => [name, seconds]);
  return Object.fromEntries(results) as { readonly [K in keyof W]: readonly number[] };
}

async function cpuSeconds(work: Work): Promise<number> {
  const before = process.cpuUsage();
  const delegated = (await work()) ?? 0;
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6 + delegated;
}
