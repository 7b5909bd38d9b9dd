/**
 * `npm test` cannot pass by accident: each way in which a test file can end badly gives a failure, exit code 1 and
 * a last line that says so.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./test.ts', import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), 'qed-test-'));
mkdirSync(path.join(scratch, 'src'));
after(() => rmSync(scratch, { recursive: true }));

const start = "import { test } from 'node:test';\n";
const bodies: Record<string, string> = {
  good: `${start}test('a', () => {}); test('b', async (t) => { await t.test('c', () => {}); });`,
  skipping: `${start}test('a', { skip: 'not here' }, () => {}); test('b', { todo: true }, () => { throw new Error(); });`,
  failing: `${start}test('a', () => { throw new Error('no'); }); test('b', () => {});`,
  crashing: "throw new Error('at import');",
  killed: `${start}test('a', () => { process.kill(process.pid, 'SIGKILL'); });`,
  exiting: `${start}test('a', () => process.exit(0)); test('b', () => { throw new Error('never run'); });`,
  testless: 'console.log(1);',
  late: `${start}test('a', () => { setTimeout(() => { throw new Error('late'); }, 5); });`,
};
for (const [name, body] of Object.entries(bodies))
  writeFileSync(path.join(scratch, 'src', `${name}.test.ts`), body);

/** Exit code and last line of `npm test -- FILTERS`. */
function runTests(...filters: string[]): { code: number | null; last: string } {
  // Without the mark of an outer test run, which would make the inner one do nothing.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, [script, ...filters], {
    cwd: scratch,
    encoding: 'utf8',
    env,
  });
  return { code: status, last: stdout.trimEnd().split('\n').at(-1) ?? '' };
}

const expectations: readonly (readonly [string, number, string])[] = [
  ['good', 0, '3 passed, 0 failed, 0 skipped'],
  ['skipping', 0, '0 passed, 0 failed, 2 skipped'],
  ['failing', 1, '1 passed, 1 failed, 0 skipped'],
  ['crashing', 1, '0 passed, 1 failed, 0 skipped'],
  ['killed', 1, '0 passed, 1 failed, 0 skipped'],
  ['exiting', 1, '0 passed, 1 failed, 0 skipped'],
  ['testless', 1, '0 passed, 1 failed, 0 skipped'],
  ['late', 1, '1 passed, 1 failed, 0 skipped'],
  ['no-such-file', 1, '0 passed, 1 failed, 0 skipped'],
];

for (const [name, code, last] of expectations) {
  test(`a run of a ${name} file ends with ${code} and "${last}"`, () => {
    assert.deepEqual(runTests(name), { code, last });
  });
}

test('one bad file among good ones is enough', () => {
  assert.deepEqual(runTests('good', 'testless'), { code: 1, last: '3 passed, 1 failed, 0 skipped' });
});
