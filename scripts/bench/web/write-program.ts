// A run being written, for the benchmark of the web app: node write-program.ts '{"directory", "steps", "attempts"}' makes a run of
// so many steps with so many graded attempts; with "seconds" it goes on from there as fast as the disk takes it, and says how
// many attempts a second it wrote. Everything through the real journal.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import type { Journal } from '../../../src/journal/journal.ts';
import { openJournal } from '../../../src/journal/open-journal.ts';
import { rlStep, smallRecipe } from '../../../src/view/run/fixtures/small-run.ts';

interface Work {
  readonly directory: string;
  readonly steps: number;
  /** Of a step. */
  readonly attempts: number;
  /** Write on for so long instead of making the run. */
  readonly seconds?: number;
}

const { directory, steps, attempts, seconds } = JSON.parse(process.argv[2] ?? '') as Work;
/** What an attempt leaves beside its small row: 40 tokens with log-probs. */
const payload = new Uint8Array(40 * 8).fill(7);
const grade = {
  kind: 'graded',
  points: 3,
  report: 'The first step is valid; the goal is not reached. '.repeat(4),
};

mkdirSync(directory, { recursive: true });
const isNew = !existsSync(path.join(directory, 'recipe.yaml'));
const journal = await openJournal(directory);
if (isNew) {
  const rl = { ...smallRecipe.rl, steps: 10 * steps, problemsPerStep: 2, groupSize: attempts / 2 };
  writeFileSync(path.join(directory, 'recipe.yaml'), stringify({ ...smallRecipe, rl }));
  for (const stage of ['data', 'pretrain', 'sft'])
    await journal.append('stage', stage, { value: { summary: '' } });
  await journal.append('rl/held-out', '0', { value: { score: 0.2, ci: [0.1, 0.3] } });
}
if (seconds === undefined) {
  for (let step = 1; step <= steps; step += 1) await writeStep(journal, step);
  console.log('{}');
} else {
  const sitting = process.hrtime.bigint().toString(36);
  const end = performance.now() + 1000 * seconds;
  const began = performance.now();
  let written = 0;
  for (let round = 0; performance.now() < end; round += 1) {
    await writeAttempts(journal, `${sitting}-${round}`);
    written += attempts;
  }
  console.log(JSON.stringify({ perSecond: (1000 * written) / (performance.now() - began) }));
}
await journal.close();

async function writeStep(into: Journal, step: number): Promise<void> {
  await writeAttempts(into, String(step));
  await rlStep(into, step, step % 10 === 0 ? { heldOut: { score: 0.3, ci: [0.2, 0.4] } } : {});
}

async function writeAttempts(into: Journal, group: string): Promise<void> {
  const made = Array.from({ length: attempts }, async (_, attempt) => {
    const unit = `rl/${group}/${attempt}`;
    await into.effect({ unit, label: 'attempt', request: { group, attempt } }, async () => ({
      value: { finish: 'stop' },
      payload,
    }));
    await into.effect({ unit, label: 'grade', request: { group, attempt } }, async () => ({ value: grade }));
  });
  await Promise.all(made);
}
