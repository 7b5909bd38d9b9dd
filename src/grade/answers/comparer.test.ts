import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createAnswerComparer } from './comparer.ts';

const program = new URL('./fixtures/hanging-worker.ts', import.meta.url);

test('threads give the same verdicts as the comparison itself', async () => {
  const comparer = createAnswerComparer({ threads: 1 });
  after(() => comparer.close());
  const verdicts = await Promise.all([
    comparer.compare('\\sqrt{8}', '2\\sqrt{2}'),
    comparer.compare('(1,2)', '(2,1)'),
    comparer.compare('f(x)=cx', 'f(x)=kx', { statement: 'Find all $f$.' }),
    comparer.compare('some words', 'other words'),
    comparer.compare('7', '7.0'),
    comparer.compare('', '7'),
  ]);
  assert.deepEqual(
    verdicts.map(({ verdict }) => verdict),
    ['equal', 'different', 'equal', 'unknown', 'equal', 'unknown'],
  );
});

test('a comparison that does not end is stopped, and those behind it go on in a new thread', async () => {
  const comparer = createAnswerComparer({ threads: 1, milliseconds: 100, program });
  after(() => comparer.close());
  const [hung, other] = await Promise.all([comparer.compare('hang', 'a b'), comparer.compare('x y', 'a b')]);
  assert.deepEqual([hung.verdict, hung.by], ['unknown', 'limit']);
  assert.match(hung.why, /100 ms/);
  assert.equal(other.verdict, 'equal');
});

test('a thread that dies leaves its comparison unknown and the others whole', async () => {
  const comparer = createAnswerComparer({ threads: 1, program });
  after(() => comparer.close());
  const [died, other] = await Promise.all([comparer.compare('exit', 'a b'), comparer.compare('x y', 'a b')]);
  assert.deepEqual([died.verdict, died.by], ['unknown', 'limit']);
  assert.equal(other.verdict, 'equal');
});

test('closing leaves nothing waiting', async () => {
  const comparer = createAnswerComparer({ threads: 1, program });
  const waiting = [comparer.compare('hang', 'a b'), comparer.compare('x y', 'a b')];
  await comparer.close();
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ verdict }) => verdict),
    ['unknown', 'unknown'],
  );
  assert.equal((await comparer.compare('x y', 'a b')).verdict, 'unknown');
});

test('a process that has compared answers ends by itself', () => {
  const file = fileURLToPath(new URL('./compare-answers.ts', import.meta.url));
  const script = `import { compareAnswers } from ${JSON.stringify(`file://${file.replaceAll('\\', '/')}`)};
    const found = await compareAnswers('\\\\sqrt{8}', '2\\\\sqrt{2}');
    console.log(found.verdict);`;
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--input-type=module-typescript', '--eval', script],
    {
      encoding: 'utf8',
      timeout: 60_000,
    },
  );
  assert.deepEqual([stdout.trim(), status], ['equal', 0]);
});
