/** The scaffolds that stage evaluate runs, made of the lab's prompts with the settings of the recipe. */
import { labReasoningCache } from '../../lab/reasoning-cache.ts';
import type { LabScaffoldPrompts } from '../../lab/scaffold-prompts.ts';
import { bestOfN } from '../../scaffold/best-of-n.ts';
import { deepseekMath } from '../../scaffold/deepseek-math.ts';
import { majority } from '../../scaffold/majority.ts';
import { reasoningCache } from '../../scaffold/reasoning-cache.ts';
import { rsa } from '../../scaffold/rsa.ts';
import type { Scaffold } from '../../scaffold/scaffold.ts';
import { type ScaffoldName, searchNames } from '../report/report-input.ts';
import type { EvaluateSettings } from '../schema.ts';

export interface ScaffoldEntry {
  readonly name: ScaffoldName;
  readonly scaffold: Scaffold;
  /** Attempts per problem. */
  readonly samples: number;
}

/** Those that every checkpoint is evaluated with. */
export function turnScaffolds(settings: EvaluateSettings, prompts: LabScaffoldPrompts): ScaffoldEntry[] {
  const { samples, reasoningCacheTurns: turns } = settings;
  const entries: ScaffoldEntry[] = [{ name: 'single', scaffold: prompts.singleTurn, samples }];
  if (turns > 0) {
    const { ask, summarise } = labReasoningCache(settings.summariser);
    entries.push({ name: 'reasoning-cache', scaffold: reasoningCache({ turns, ask, summarise }), samples });
  }
  return entries;
}

/** Those that write several proofs and choose, in the order of what they cost. */
export function searchScaffolds(settings: EvaluateSettings, prompts: LabScaffoldPrompts): ScaffoldEntry[] {
  const { search } = settings;
  if (search === undefined) return [];
  const made = {
    majority: search.majority && majority(search.majority, prompts.majority),
    'best-of-n': search.bestOfN && bestOfN(search.bestOfN, prompts.bestOfN),
    'deepseek-math': search.deepseekMath && deepseekMath(search.deepseekMath, prompts.deepseekMath),
    rsa: search.rsa && rsa(search.rsa, prompts.rsa),
  };
  return searchNames.flatMap((name) => {
    const scaffold = made[name];
    return scaffold === undefined ? [] : [{ name, scaffold, samples: search.samples }];
  });
}

export function isSearch(name: ScaffoldName): boolean {
  return searchNames.some((search) => search === name);
}
