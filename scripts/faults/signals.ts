/**
 * SIGNALS: Ctrl-C, SIGTERM and a closed terminal, at moments spread over the run. Each stops it soon, in order and
 * without losing a step; continued, it ends as its twin.
 */
import { accountsOf } from '../../src/recipe/fixtures/accounts.ts';
import { livesOf, sit } from '../../src/recipe/fixtures/sitting.ts';
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

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Stopping takes at most the step that is under way, and a checkpoint. */
const mostSeconds = 5;

export async function stopInOrder(setting: Setting, stops: number): Promise<Section> {
  const random = new Random(setting.seed, 'signals');
  const rows: string[][] = [];
  const faults: string[] = [];
  let slowest = 0;
  for (let index = 0; index < stops; index += 1) {
    const name = `stop-${index + 1}`;
    const signal = signals[index % signals.length] ?? 'SIGINT';
    // Not before it listens: until then a signal ends it as it ends any process.
    const share = 0.2 + (0.7 * (index + random.next())) / stops;
    const ending = momentAt(setting, share, signal);
    const stopped = await sit(runDirectory(setting, name), { ...setting.sitting, ending });
    const resumed = await sit(runDirectory(setting, name), setting.sitting);
    const found = resumed.code === 0 ? await faultsOf(setting, name) : [`${name}: ${resumed.errors}`];
    const { appliedAgain } = accountsOf(livesOf(runDirectory(setting, name)));
    if (appliedAgain > 0) found.push(`${name}: ${appliedAgain} steps were applied again`);
    // A run that is at its report when it is asked ends by itself.
    if (stopped.code !== 130 && stopped.code !== 0) found.push(`${name}: exit code ${stopped.code}`);
    const seconds = stopped.secondsToEnd ?? 0;
    slowest = Math.max(slowest, seconds);
    if (seconds > mostSeconds) found.push(`${name}: stopping took ${secondsText(seconds)}`);
    rows.push([
      signal,
      lastWords(stopped.output),
      `${stopped.code}`,
      secondsText(seconds),
      found.length === 0 ? 'yes' : 'NO',
    ]);
    discard(setting, name, found);
    faults.push(...found);
  }
  return {
    title: 'asked to stop',
    heading: ['signal', 'after', 'exit code', 'to the end', 'as the twin'],
    rows,
    faults,
    summary: `${rows.filter((row) => row.at(-1) === 'yes').length} of ${stops} in order; at most ${secondsText(slowest)}`,
  };
}
