/**
 * Summaries of proofs: what the policy goes on from when it merges several attempts or refines one. Claims are kept,
 * valid or not, as the Reasoning Cache's symbolic summariser keeps them; what is dropped, a judge's report called bad.
 */
import { badSteps } from './report.ts';
import { summarise } from './summarise.ts';
import { parseSteps, renderSteps } from './text.ts';
import { type LabProblem, type Rule, sameRule } from './world.ts';

/** Of several proofs: what any of them claims, the first to say a thing first. */
export function mergedSummary(problem: LabProblem, proofs: readonly string[]): Rule[] {
  return summarise(problem, [], renderSteps(proofs.flatMap(parseSteps)));
}

/** Of one proof: its steps, without those that a report calls bad and those that rest on nothing else. */
export function refinedSummary(problem: LabProblem, proof: string, reports: readonly string[]): Rule[] {
  const bad = reports.flatMap(badSteps);
  const lost = new Set<string>();
  const kept: Rule[] = [];
  for (const step of parseSteps(proof)) {
    if (step.premises.some((premise) => lost.has(premise)) || bad.some((other) => sameRule(other, step))) {
      lost.add(step.conclusion);
    } else {
      lost.delete(step.conclusion);
      kept.push(step);
    }
  }
  return summarise(problem, [], renderSteps(kept));
}
