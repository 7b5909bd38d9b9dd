/**
 * Kills a command at seeded moments until its run is through, most of them amid its calls and some while the process
 * starts and finds its way back; and the account of it from the server's side: what each death cost, and whether
 * anything that the process had said to be done was asked for again.
 */
import { chargedTokens, type Served } from '../../../src/model/openai/fixtures/misbehaving-server.ts';
import type { Random } from '../../../src/stats/random.ts';
import { secondsText } from '../setting.ts';
import { few, type Place, quantile } from './setting.ts';
import { type ProveSitting, startQed } from './sitting.ts';

/** A kill comes while a process starts as often as this, and so many milliseconds after its beginning at most. */
const startShare = 0.15;
const startMilliseconds = 1_500;

export interface KillPlan {
  /** Of `qed`. */
  readonly args: readonly string[];
  readonly kills: number;
  /** Different requests that an undisturbed run makes. */
  readonly requests: number;
  /** Requests that the server has had before. */
  readonly asked: number;
  readonly random: Random;
}

/** One process of the run, from the requests that the server had had before it. */
export interface Life {
  readonly from: number;
  readonly to: number;
  readonly sitting: ProveSitting;
  readonly secondsToResume: number | undefined;
}

export interface Killed {
  /** All of them but the last were killed. */
  readonly lives: readonly Life[];
  readonly last: ProveSitting;
  /** Of these, kills that came while a process started. */
  readonly atStart: number;
  /** Requests of all of them. */
  readonly log: readonly Served[];
}

export async function killAnywhere({ server, qed }: Place, plan: KillPlan): Promise<Killed> {
  const { args, kills, requests, random } = plan;
  const lives: Life[] = [];
  const everAsked = new Set<string>();
  let asked = plan.asked;
  let atStart = 0;
  for (;;) {
    const before = asked;
    const killsLeft = kills - lives.length;
    const left = Math.max(requests - everAsked.size, 1);
    // One call stays unanswered while kills are due: the run cannot get through before them on a slow machine.
    await server.set({ holdAfter: killsLeft > 0 ? before + left - 1 : Number.MAX_SAFE_INTEGER });
    const running = startQed(args, qed);
    if (killsLeft > 0) {
      const moment =
        random.next() < startShare
          ? { milliseconds: startMilliseconds * random.next() }
          : { requests: Math.ceil(Math.min(2 / (killsLeft + 1), 0.9) * left * random.next()) };
      if (moment.requests === undefined) atStart += 1;
      const reached =
        moment.requests === undefined
          ? pause(moment.milliseconds)
          : server.reached(before + moment.requests).then(() => pause(30 * random.next()));
      await Promise.race([reached, running.ended]);
      running.kill('SIGKILL');
    }
    const sitting = await running.ended;
    const log = await server.log(before);
    const [first] = log;
    asked = before + log.length;
    for (const { request } of log) everAsked.add(request);
    const secondsToResume = first === undefined ? undefined : (first.at - sitting.beganAt) / 1_000;
    lives.push({ from: before, to: asked, sitting, secondsToResume });
    if (sitting.signal !== 'SIGKILL')
      return { lives, last: sitting, atStart, log: await server.log(plan.asked) };
  }
}

export interface AccountOptions extends Pick<KillPlan, 'kills' | 'asked'> {
  /** Calls that were in flight at most. */
  readonly inFlight: number;
  /** What a line of progress says to be done, if anything. */
  readonly acknowledged: (line: string) => string | undefined;
  /** Requests that were made for it; none where that cannot be told. */
  readonly requestsFor: (name: string) => readonly string[];
  /** Most seconds from the start of a process to its first new call; undefined where the machine may be busy. */
  readonly mostSecondsToResume?: number | undefined;
}

export interface Account {
  readonly deaths: number;
  readonly charged: number;
  readonly faults: readonly string[];
  /** For the section's table. */
  readonly rows: readonly (readonly string[])[];
}

export function accountOf({ lives, atStart, log }: Killed, options: AccountOptions): Account {
  const { kills, asked, inFlight, mostSecondsToResume } = options;
  const lastAsked = new Map(log.map(({ request }, index) => [request, index + asked]));
  let tokensAgain = 0;
  const again: number[] = [];
  const lost: string[] = [];
  let acknowledged = 0;
  for (const { from, to, sitting } of lives) {
    const repeated = log
      .slice(from - asked, to - asked)
      .filter(({ request }) => (lastAsked.get(request) ?? 0) >= to);
    again.push(repeated.length);
    tokensAgain += repeated.reduce((sum, one) => sum + chargedTokens(one), 0);
    for (const { text } of sitting.lines) {
      const name = options.acknowledged(text);
      if (name === undefined) continue;
      acknowledged += 1;
      if (options.requestsFor(name).some((request) => (lastAsked.get(request) ?? 0) >= to)) lost.push(name);
    }
  }
  const deaths = lives.length - 1;
  const mostAgain = Math.max(0, ...again);
  const charged = log.reduce((sum, one) => sum + chargedTokens(one), 0);
  const resumes = lives.slice(1).flatMap(({ secondsToResume }) => secondsToResume ?? []);
  const slowest = Math.max(0, ...resumes.slice(-10));
  const sum = again.reduce((total, one) => total + one, 0);
  return {
    deaths,
    charged,
    faults: [
      ...(deaths < kills ? [`it was through after ${deaths} kills of ${kills}`] : []),
      ...(acknowledged === 0 ? ['nothing was said to be done, so nothing of that was tested'] : []),
      ...few(lost.map((name) => `${name} was said to be done, and asked for again`)),
      ...(mostAgain > inFlight ? [`a kill cost ${mostAgain} calls; ${inFlight} were in flight at most`] : []),
      ...(mostSecondsToResume !== undefined && slowest >= mostSecondsToResume
        ? [`of the last ten sittings one took ${secondsText(slowest)} to its first new call`]
        : []),
    ],
    rows: [
      ['kills', `${deaths}, of them ${atStart} while it started`],
      ['said to be done', `${acknowledged}`],
      ['of these asked for again', `${lost.length}`],
      ['paid again for a kill, mean', `${(sum / Math.max(deaths, 1)).toFixed(1)} calls`],
      ['paid again for a kill, most', `${mostAgain} calls (in flight: at most ${inFlight})`],
      ['paid again in all', `${sum} calls, ${tokensAgain} tokens of ${charged}`],
      ['to the first new call, median', secondsText(quantile(resumes, 0.5))],
      [
        'to the first new call, the last ten',
        `${secondsText(slowest)} at most; the last ${secondsText(resumes.at(-1))}`,
      ],
    ],
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
