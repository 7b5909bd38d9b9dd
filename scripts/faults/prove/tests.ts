/** The fault tests of `qed prove` and `qed bench` by name, in the size of their long form or a part of it. */
import { benchKills, longBenchKills } from '../bench/kills.ts';
import type { Section } from '../setting.ts';
import { badEndpoint, longBadEndpoint } from './bad-endpoint.ts';
import { longBudget, proveBudget } from './budget.ts';
import { proveDisk } from './disk.ts';
import { longKills, proveKills } from './kills.ts';
import { longSignals, proveSignals } from './signals.ts';
import { longSlow, scaledSlow, slow } from './slow.ts';

/** `scale` 1 is the long form; deadlines are the usual ones there only. */
export type ProveTest = (seed: number, scale: number) => Promise<Section>;

export const proveTests: Readonly<Record<string, ProveTest>> = {
  'prove-kills': (seed, scale) => {
    const long = longKills(seed);
    return proveKills({ ...long, kills: part(long.kills, scale), problems: part(long.problems, scale) });
  },
  'bench-kills': (seed, scale) => {
    const long = longBenchKills(seed);
    return benchKills({ ...long, kills: part(long.kills, scale), problems: part(long.problems, scale) });
  },
  'prove-endpoint': (seed, scale) => {
    const long = longBadEndpoint(seed);
    return badEndpoint({ ...long, problems: part(long.problems, scale) });
  },
  'prove-slow': (seed, scale) => slow(scale < 1 ? scaledSlow(seed) : longSlow(seed)),
  'prove-disk': (seed, scale) => proveDisk({ seed, moments: part(20, scale), problems: 40 }),
  'prove-budget': (seed, scale) => {
    const long = longBudget(seed);
    return proveBudget({ ...long, kills: part(long.kills, scale) });
  },
  'prove-signals': (seed) => proveSignals(longSignals(seed)),
};

function part(count: number, scale: number): number {
  return Math.max(1, Math.round(count * scale));
}
