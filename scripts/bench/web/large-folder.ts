// A folder with large runs for the benchmark of the web app, through the real journal: two benchmark runs, a proof with thousands of
// calls, and a group of attempts of 50,000 tokens each. No model is asked.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordedProblems, recordRun } from '../../../src/bench/fixtures/recorded-run.ts';
import type { PolicyVersion } from '../../../src/engine/engine.ts';
import { openJournal } from '../../../src/journal/open-journal.ts';
import { loadDirectoryFormat } from '../../../src/model/directory-format.ts';
import { readProblems } from '../../../src/problems/problem-file.ts';
import { Random } from '../../../src/stats/random.ts';
import { encodeSamples } from '../../../src/train/rollout-codec.ts';
import { provedRun } from '../../../src/view/trace/fixtures/proved-run.ts';

export const large = { attempts: 100_000, otherAttempts: 10_000, candidates: 1000, tokens: 50_000, group: 4 };

const qed = fileURLToPath(new URL('../../../bin/qed.js', import.meta.url));
const tiny = fileURLToPath(new URL('../../../src/recipe/fixtures/tiny.yaml', import.meta.url));
const open = async (directory: string) => await openJournal(directory);

export async function fillLargeFolder(folder: string): Promise<void> {
  await benchRun(path.join(folder, 'bench'), large.attempts, 'single-turn');
  await benchRun(path.join(folder, 'other'), large.otherAttempts, 'rsa(n=8)');
  const scaffold = `rsa(n=${large.candidates},k=4,rounds=2)`;
  await provedRun({ directory: path.join(folder, 'prove'), scaffold, open });
  await longGroup(path.join(folder, 'long'));
}

async function benchRun(directory: string, attempts: number, scaffold: string): Promise<void> {
  const random = new Random('large bench', scaffold);
  const problems = recordedProblems(500);
  const runs = attempts / problems.length;
  const points_P_R = problems.map(() => Array.from({ length: runs }, () => random.integer(0, 7)));
  await recordRun(directory, { problems, points_P_R, scaffold }, open);
}

/** The data of a real run, and one step that a model of longer texts than that run's could have left. */
async function longGroup(directory: string): Promise<void> {
  const settings = ['rl.problemsPerStep=1', `rl.groupSize=${large.group}`];
  const { status, stderr } = spawnSync(
    process.execPath,
    [qed, 'run', tiny, '--run', directory, '--to', 'data', ...settings.flatMap((one) => ['--set', one])],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`qed run: ${stderr}`);
  const { tokenizer } = await loadDirectoryFormat(path.join(directory, 'data', 'tokenizer'));
  const [problem] = await readProblems(path.join(directory, 'data', 'train.jsonl'));
  const words = tokenizer.encode('A and B give C. C gives D.\nA gives B. ');
  const random = new Random('long group');
  const journal = await openJournal(directory);
  for (let attempt = 0; attempt < large.group; attempt += 1) {
    const tokens_T = Int32Array.from(
      { length: large.tokens },
      (_, t) => words[(t * (attempt + 1)) % words.length] ?? 0,
    );
    const logprobs_T = Float32Array.from({ length: large.tokens }, () => -3 * random.next());
    const sample = {
      tokens_T,
      logprobs_T,
      finish: 'length',
      versions: [{ start: 0, version: 0 as PolicyVersion }],
    } as const;
    const unit = `rl/0/${attempt}`;
    await journal.effect({ unit, label: 'attempt', request: attempt }, async () => ({
      value: large.tokens,
      payload: encodeSamples([sample]),
    }));
    await journal.effect({ unit, label: 'grade', request: attempt }, async () => ({
      value: { points: attempt },
    }));
  }
  const groups = { trained: 1, allZero: 0, allEqual: 0, allFull: 0, tooFewGrades: 0 };
  await journal.append('rl/batch', '1', {
    value: { groups: [0], problems: [problem?.id ?? ''], dropped: [], outcomes: groups, sha256: '' },
  });
  await journal.append('rl/step', '1', {
    value: { reward: 0.2, groups, dropped: {}, lengthMean: large.tokens },
  });
  await journal.close();
}
