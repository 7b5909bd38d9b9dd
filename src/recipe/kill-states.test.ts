import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { accountsOf } from './fixtures/accounts.ts';
import { differences, outcomeOf } from './fixtures/outcome.ts';
import { type Ending, livesOf, sit } from './fixtures/sitting.ts';

const skip = process.platform === 'win32' && 'signals are POSIX';
const recipe = fileURLToPath(new URL('./fixtures/tiny-rc.yaml', import.meta.url));
const args = ['--to', 'rc'];
/** One step's attempts, and a call for each of its trajectories. */
const mostUnderWay = 6 * 6 + 3;

test('PAY-ONCE: with a bound of 0 training on states repeats bit for bit, also killed within trajectories', {
  skip,
}, async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'qed-kill-states-'));
  const twin = path.join(root, 'twin');
  assert.equal((await sit(twin, { recipe, args })).code, 0);

  const run = path.join(root, 'killed');
  const endings: Ending[] = [
    { kind: 'moment', moment: { operation: 'make', path: 'rc/trajectory/1 reason-1', when: 'after' } },
    { kind: 'moment', moment: { operation: 'append', path: 'rc/batch/2', when: 'after' } },
    { kind: 'line', pattern: /^rc 4\// },
    { kind: 'moment', moment: { operation: 'append', path: 'rc/batch/6', when: 'before' } },
  ];
  for (const ending of endings) {
    const { signal, errors } = await sit(run, { recipe, args, ending });
    assert.equal(signal, 'SIGKILL', `${JSON.stringify(ending)} did not come to pass: ${errors}`);
  }
  const last = await sit(run, { recipe, args });
  assert.equal(last.code, 0, last.errors);
  const [found, expected] = await Promise.all([outcomeOf(run), outcomeOf(twin)]);
  assert.deepEqual(differences(found, expected), []);
  assert.ok(
    Object.keys(found.effects).some((name) => name.startsWith('rc/trajectory/')),
    'there have to be trajectories',
  );
  const { madeAgain, faults } = accountsOf(livesOf(run));
  assert.deepEqual(faults, []);
  assert.ok(madeAgain <= endings.length * mostUnderWay, `${madeAgain} effects were made again`);
  rmSync(root, { recursive: true });
});
