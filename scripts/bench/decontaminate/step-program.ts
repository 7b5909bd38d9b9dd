/** Runs the step in this process and prints its seconds, its peak of memory and its figures, as JSON. */
import { type EvaluationSet, runDecontaminate } from '../../../src/curate/decontaminate/run-decontaminate.ts';
import { settingsSchema } from '../../../src/curate/decontaminate/settings.ts';
import { openSuite } from '../../../src/problems/suites/open-suite.ts';

const { input, directory, suites, keepDuplicates, threads } = JSON.parse(process.argv[2] ?? '') as {
  readonly input: string;
  readonly directory: string;
  readonly suites: readonly string[];
  readonly keepDuplicates: boolean;
  readonly threads?: number;
};
const against: EvaluationSet[] = [];
for (const suite of suites) against.push(await openSuite(suite));
const began = performance.now();
const phases: Record<string, number> = {};
let [phase, since] = ['comparing', began];
const record = await runDecontaminate({
  ...{ input, directory, against, keepDuplicates, settings: settingsSchema.parse({}) },
  ...(threads === undefined ? {} : { threads }),
  onProgress: (next) => {
    if (next === phase) return;
    const now = performance.now();
    phases[phase] = (now - since) / 1000;
    [phase, since] = [next, now];
  },
});
const seconds = (performance.now() - began) / 1000;
phases[phase] = (performance.now() - since) / 1000;
// Kilobytes, on every system.
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ seconds, peakBytes, phases, figures: record.figures }));
