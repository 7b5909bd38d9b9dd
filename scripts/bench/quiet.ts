/**
 * Times work on a machine that others use too. A repeat is undisturbed when everyone else together (other
 * processes, interrupts, the hypervisor) used less than 0.12 of a core while it ran, by Linux's /proc/stat; repeats
 * that were disturbed are made again until patience ends. Elsewhere nobody can tell: every repeat counts, and the
 * measurement says so. Works are measured in turn, one repeat of each, so that a drift of the machine meets all.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Does the thing once. Returns the CPU seconds that other processes used on its behalf, if any did. */
export type Work = () => Promise<number | undefined>;

export interface Measurement {
  /** Wall-clock seconds of one run, per repeat: the undisturbed ones if there are enough, else all. */
  readonly seconds: readonly number[];
  /** 'unknown' where the system does not tell. */
  readonly quality: 'undisturbed' | 'disturbed' | 'unknown';
}

export interface Patience {
  /** Undisturbed repeats wanted of each work. */
  readonly repeats: number;
  /** Seconds spent on making disturbed repeats again, for all works together. */
  readonly extraSeconds: number;
}

/** Most of a core that others may use. */
export const mostOthers = 0.12;
/** Shortest repeat, in seconds: /proc/stat counts in hundredths. Shorter works run several times in a repeat. */
const shortestRepeat = 0.4;
const ticksPerSecond = 100;
/** Between repeats, so that threads of the work before, which may wait by spinning, have gone to sleep. */
const settleMilliseconds = 250;

export interface Repeat {
  readonly seconds: number;
  /** Cores used by others meanwhile; undefined where unknown. */
  readonly others: number | undefined;
}

/** True where disturbances can be seen. */
export function canSeeOthers(): boolean {
  return machineSeconds() !== undefined;
}

/** Works by name; one that is undefined is left out. */
export type Works = Readonly<Record<string, Work | undefined>>;
export type Measurements<W extends Works> = {
  readonly [K in keyof W]: undefined extends W[K] ? Measurement | undefined : Measurement;
};

/** Warms every work up, then measures them in turn. */
export async function measure<W extends Works>(
  works: W,
  { repeats, extraSeconds }: Patience,
): Promise<Measurements<W>> {
  const measured: Measured[] = [];
  for (const [name, work] of Object.entries(works)) {
    if (work === undefined) continue;
    await work();
    const { seconds } = await timeRuns(work, 1);
    measured.push({ name, work, runs: Math.max(1, Math.ceil(shortestRepeat / seconds)), made: [] });
  }
  let spent = 0;
  for (let round = 0; round < repeats || spent < extraSeconds; round += 1) {
    const lacking = measured.filter(({ made }) => made.filter(isUndisturbed).length < repeats);
    if (lacking.length === 0) break;
    for (const { work, runs, made } of lacking) {
      const began = performance.now();
      await sleep(settleMilliseconds);
      const repeat = await timeRuns(work, runs);
      made.push(repeat);
      if (round >= repeats) spent += (performance.now() - began) / 1000;
    }
  }
  const results = measured.map(({ name, made }) => [name, summarise(made, repeats)]);
  return Object.fromEntries(results) as Measurements<W>;
}

interface Measured {
  readonly name: string;
  readonly work: Work;
  /** Runs in a repeat. */
  readonly runs: number;
  readonly made: Repeat[];
}

function summarise(made: readonly Repeat[], wanted: number): Measurement {
  const undisturbed = made.filter(isUndisturbed);
  const isEnough = undisturbed.length >= wanted;
  const isKnown = made.every(({ others }) => others !== undefined);
  return {
    seconds: (isEnough ? undisturbed : made).map(({ seconds }) => seconds),
    quality: !isEnough ? 'disturbed' : isKnown ? 'undisturbed' : 'unknown',
  };
}

export function isUndisturbed({ others }: Repeat): boolean {
  return others === undefined || others < mostOthers;
}

/** One repeat: so many runs, and what others did meanwhile. */
export async function timeRuns(work: Work, runs: number): Promise<Repeat> {
  const machineBefore = machineSeconds();
  const ownBefore = ownSeconds();
  const began = performance.now();
  let delegated = 0;
  for (let run = 0; run < runs; run += 1) delegated += (await work()) ?? 0;
  const elapsed = (performance.now() - began) / 1000;
  const own = ownSeconds() - ownBefore + delegated;
  const machineAfter = machineSeconds();
  const isKnown = machineBefore !== undefined && machineAfter !== undefined;
  const others = isKnown ? (machineAfter - machineBefore - own) / elapsed : undefined;
  return { seconds: elapsed / runs, others };
}

/** CPU seconds of this process, all threads. */
function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** CPU seconds of processes that this one started and that have ended, with those that they started; 0 where unknown. */
export function endedChildrenSeconds(): number {
  if (process.platform !== 'linux') return 0;
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // Fields 16 and 17, cutime and cstime; the second is a name in brackets, which may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

/** CPU seconds that the whole machine was busy or robbed (steal) since it started. */
function machineSeconds(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const line = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '';
  // cpu user nice system idle iowait irq softirq steal …; guest time is part of user and nice.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond;
}
