import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../../bin/qed.js', import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), 'qed-simulate-'));
after(() => rmSync(scratch, { recursive: true }));

writeFileSync(
  path.join(scratch, 'small.yaml'),
  `name: small
sampling:
  nodes: 2
  enginesPerNode: 2
  sequencesPerEngine: 8
  contextTokens: 4000
  prefillTokensPerSecond: 10000
  decode: { stepSeconds: 0.01, secondsPerSequence: 0.001, secondsPerContextToken: 1.0e-6 }
training: { nodes: 1, tokensPerSecondPerNode: 2000 }
lengths: { kind: log-normal, median: 20, spread: 0.5 }
`,
);

function simulate(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [binary, 'simulate', ...args], {
    cwd: scratch,
    encoding: 'utf8',
    env: { ...process.env, QED_DEBUG: '', NO_COLOR: '1' },
  });
  return { code: status, out: stdout, err: stderr };
}

const small = ['lab-quick', '--cluster', 'small.yaml', '--steps', '6', '--set', 'rl.problemsPerStep=3'];

test('bounds, splits and losses of a recipe on a described cluster, the same each time', () => {
  const { code, out, err } = simulate(...small);
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^small: 2 nodes sample .* and 1 train; 3 × 16 attempts a step, of up to 32 tokens/);
  for (const line of ['synchronous', 'bound 8', 'unbounded', '1 \\+ 2', '2 \\+ 1', 'none'])
    assert.match(out, new RegExp(`^${line} +[\\d.,]+ `, 'm'));
  assert.match(out, /^Best: \d \+ \d, /m);
  const json = simulate(...small, '--json', '--bound', '1');
  const found = JSON.parse(json.out);
  assert.equal(found.bound, 1);
  assert.equal(found.bounds.length, 10);
  assert.equal(found.bounds[1].outcome.summary.lagMost <= 1, true);
  assert.deepEqual(simulate(...small, '--json', '--bound', '1').out, json.out);
});

test('what is asked for badly is said with the way out', () => {
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['--cluster', 'papers'], 1, /no cluster "papers"; there is one-gpu, paper, single-node, or give a file/],
    [['olympiad-sft'], 1, /olympiad-sft has no stage rl/],
    [['--set', 'rl.steps=4'], 2, /--set goes with a recipe/],
    [['--steps', '1'], 2, /--steps 1: a whole number from 3 on/],
    [['--like', 'nowhere'], 1, /nowhere: there is no run/],
    [['--like', 'nowhere', '--shared-speed', '2'], 2, /--shared-speed 2: a number above 0/],
  ];
  for (const [args, expected, message] of cases) {
    const { code, err } = simulate(...args);
    assert.match(err, message);
    assert.equal(code, expected, args.join(' '));
  }
});

test('a directory without a record of stage rl is no run to learn from', () => {
  mkdirSync(path.join(scratch, 'run'));
  writeFileSync(path.join(scratch, 'run', 'recipe.yaml'), 'name: [');
  const { code, err } = simulate('--like', 'run');
  assert.match(err, /recipe\.yaml/);
  assert.equal(code, 1);
});
