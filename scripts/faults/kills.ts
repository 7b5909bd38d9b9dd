/**
 * KILL: SIGKILL at any moment between the first instruction and the last byte of the report. Runs that are killed
 * once, at moments spread over the whole length, and one that is killed again and again until it is done.
 */
import { accountsOf } from '../../src/recipe/fixtures/accounts.ts';
import { livesOf, type Sitting, sit } from '../../src/recipe/fixtures/sitting.ts';
import { Random } from '../../src/stats/random.ts';
import {
  discard,
  faultsOf,
  lastWords,
  momentAt,
  runDirectory,
  type Section,
  type Setting,
  secondsText,
} from './setting.ts';

/** One run per kill, each killed in its own part of the run's length, then continued to the end. */
export async function killOnce(setting: Setting, kills: number): Promise<Section> {
  const random = new Random(setting.seed, 'kill-once');
  const rows: string[][] = [];
  const faults: string[] = [];
  let survived = 0;
  let slowest = 0;
  for (let index = 0; index < kills; index += 1) {
    const name = `kill-${index + 1}`;
    const share = (index + random.next()) / kills;
    const killed = await killAt(setting, name, share);
    const resumed = await sit(runDirectory(setting, name), setting.sitting);
    const found = resumed.code === 0 ? await faultsOf(setting, name) : [`${name}: ${resumed.errors}`];
    if (killed.signal !== 'SIGKILL') found.push(`${name}: it ended before it could be killed`);
    const lives = livesOf(runDirectory(setting, name));
    const { madeAgain, appliedAgain } = accountsOf(lives);
    const seconds = lives.at(-1)?.secondsToResume;
    slowest = Math.max(slowest, seconds ?? 0);
    if (found.length === 0) survived += 1;
    rows.push([
      `${index + 1}`,
      secondsText(killed.seconds),
      lastWords(killed.output),
      found.length === 0 ? 'yes' : 'NO',
      `${madeAgain}`,
      `${appliedAgain}`,
      secondsText(seconds),
    ]);
    discard(setting, name, found);
    faults.push(...found);
  }
  return {
    title: 'killed once, at moments spread over the whole run',
    heading: ['', 'killed at', 'after', 'as the twin', 'effects again', 'steps again', 'to resume'],
    rows,
    faults,
    summary: `${survived} of ${kills} ended as the twin; at most ${secondsText(slowest)} from start to new work`,
  };
}

/** Kills a new run when this share of it is done; sooner, if it has ended by then. */
async function killAt(setting: Setting, name: string, share: number): Promise<Sitting> {
  const ending = momentAt(setting, share, 'SIGKILL');
  const sitting = await sit(runDirectory(setting, name), { ...setting.sitting, ending });
  if (sitting.signal === 'SIGKILL' || share < 0.01) return sitting;
  discard(setting, name, []);
  return await killAt(setting, name, share * 0.98);
}

/**
 * One run that is killed in every sitting, when it has added from 1 to 128 rows to the record, until a sitting comes
 * to the end: as long as a sitting adds anything, there is an end.
 */
export async function killRepeatedly(setting: Setting): Promise<Section> {
  const random = new Random(setting.seed, 'kill-repeatedly');
  const name = 'killed-repeatedly';
  const directory = runDirectory(setting, name);
  let kills = 0;
  let last: Sitting;
  for (;;) {
    const moment = { operation: 'work', rows: 2 ** random.integer(0, 7) } as const;
    last = await sit(directory, { ...setting.sitting, ending: { kind: 'moment', moment } });
    if (last.signal !== 'SIGKILL') break;
    kills += 1;
  }
  const found = last.code === 0 ? await faultsOf(setting, name) : [`${name}: ${last.errors}`];
  const { madeAgain, appliedAgain } = accountsOf(livesOf(directory));
  discard(setting, name, found);
  return {
    title: 'killed again and again',
    heading: ['kills', 'as the twin', 'effects again', 'steps again'],
    rows: [[`${kills}`, found.length === 0 ? 'yes' : 'NO', `${madeAgain}`, `${appliedAgain}`]],
    faults: found,
    summary: `one run, ${kills} kills`,
  };
}
