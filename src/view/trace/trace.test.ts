/**
 * Traces are read from real run directories: the wiring of every scaffold, verdicts with what they are about, choices, what
 * a budget or a person ended, and what is damaged, foreign or of another version.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { ModelError } from '../../model/model-error.ts';
import type { TracePicture, TraceVertex } from '../api/trace.ts';
import { Workplace } from '../workplace.ts';
import { type ProvedRunOptions, provedRun, twoProblems } from './fixtures/proved-run.ts';
import { traceCalls } from './trace-calls.ts';
import { traceExchange, traceReasoning } from './trace-exchange.ts';
import { traceGroups, traceRows } from './trace-groups.ts';
import { tracePicture } from './trace-picture.ts';
import { traceSummary } from './trace-summary.ts';

const trace = 'prove~2f0~2f0';
const names = { run: 'run', trace };

async function proved(context: TestContext, options: Omit<ProvedRunOptions, 'directory'>) {
  const folder = temporaryDirectory(context);
  const directory = path.join(folder, 'run');
  const attempts = await provedRun({ directory, ...options });
  return { directory, attempts, workplace: opened(context, folder) };
}

function opened(context: TestContext, folder: string): Workplace {
  const workplace = new Workplace({ folder });
  context.after(() => workplace.close());
  return workplace;
}

async function pictureOf(workplace: Workplace, scope = 'outermost'): Promise<TracePicture> {
  return await tracePicture.read(workplace, { ...names, scope });
}

function wiring({ vertices }: TracePicture): Record<string, string[]> {
  return Object.fromEntries(
    vertices
      .map(({ name, from }): [string, string[]] => [
        name,
        from.map(({ id }) => id.replace('/solve', '')).sort(),
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function named(picture: TracePicture, name: string): TraceVertex {
  const found = picture.vertices.find((vertex) => vertex.name === name);
  assert.ok(found !== undefined, name);
  return found;
}

test('RSA: who reads whom in every round, the bracket with its winners, and the way of the chosen one', async (context) => {
  const { workplace, attempts } = await proved(context, { scaffold: 'rsa(n=4,k=2,rounds=2)' });
  const picture = await pictureOf(workplace);
  assert.deepEqual(
    picture.columns.map(({ title }) => title),
    ['Proofs', 'Merged, round 1', 'Merged, round 2', 'Knockout, round 1', 'Final'],
  );
  const read = wiring(picture);
  for (const round of [1, 2])
    for (const place of [1, 2, 3, 4]) {
      const from = read[`merge-${round}-${place}`] ?? [];
      assert.equal(from.length, 2);
      assert.ok(from.every((name) => name.startsWith(round === 1 ? 'solve-' : 'merge-1-')));
    }
  const final = named(picture, 'compare-2-1');
  assert.deepEqual(final.from.map(({ id }) => id).sort(), ['compare-1-1', 'compare-1-2']);
  assert.deepEqual(final.from.map(({ kind }) => kind).sort(), ['loses', 'wins']);
  const chosen = picture.vertices.filter(({ isChosen }) => isChosen);
  assert.equal(chosen.length, 1);
  const [ended] = attempts[0] ?? [];
  assert.ok(ended?.status === 'finished' && ended.why.startsWith(chosen[0]?.name ?? '?'));
  assert.ok(final.isAncestor);
  const lost = picture.vertices.filter(({ name, isChosen }) => name.startsWith('merge-2-') && !isChosen);
  assert.ok(lost.length === 3 && lost.every(({ isAncestor }) => !isAncestor));
});

test('DeepSeekMath: each proof with its verifications and their mean, refined proofs in the round they belong to', async (context) => {
  const { workplace } = await proved(context, {
    scaffold: 'deepseek-math(pool=3,verifications=2,iterations=2,analyses=1)',
  });
  const picture = await pictureOf(workplace);
  assert.deepEqual(
    picture.columns.map(({ title }) => title),
    ['Proofs', 'Refined, round 1', 'Refined, round 2'],
  );
  assert.equal(picture.vertices.length, 9);
  for (const { verdicts, score, scoreText } of picture.vertices) {
    assert.equal(verdicts.length, 2);
    assert.equal(score, 0.25);
    assert.equal(scoreText, '0.25 of 1, mean of 2');
  }
  assert.equal(named(picture, 'refine-7').column, 2);
  const { calls } = await traceCalls.read(workplace, { ...names, page: '0' });
  const verified = picture.vertices[0]?.verdicts[0];
  assert.equal(calls.find(({ call }) => call === verified?.call)?.role, 'verify');
});

test('self-check: every version with its verdicts; the Reasoning Cache: turns and summaries in a row', async (context) => {
  const check = await proved(context, { scaffold: 'self-check(passes=2,failures=3,iterations=4)' });
  const versions = await pictureOf(check.workplace);
  assert.ok(versions.columns[0]?.title === 'Proof' && versions.columns[1]?.title === 'Improved');
  const said = versions.vertices.flatMap(({ verdicts }) => verdicts.map(({ text }) => text));
  assert.deepEqual([...new Set(said)].sort(), ['accepted', 'rejected']);
  const cache = await proved(context, { scaffold: 'reasoning-cache(turns=3)' });
  const turns = await pictureOf(cache.workplace);
  assert.deepEqual(
    turns.columns.map(({ title }) => title),
    ['Turn 1', 'Summary 1', 'Turn 2', 'Summary 2', 'Turn 3'],
  );
  assert.deepEqual(named(turns, 'reason-2').from, [{ id: 'summarise-1', kind: 'reads' }]);
});

test('Nomos: scores of 7, one consolidation that reads all, a knockout of those that are kept', async (context) => {
  const { workplace } = await proved(context, { scaffold: 'nomos(solutions=4,keep=3,target=4)' });
  const picture = await pictureOf(workplace);
  assert.deepEqual(
    picture.columns.map(({ title }) => title),
    ['Proofs', 'Consolidation', 'Final'],
  );
  assert.match(named(picture, 'solve-1').scoreText ?? '', /^[246] of 7$/);
  assert.equal(named(picture, 'consolidate').from.length, 3);
});

test('a scaffold within a scaffold is one place with a picture of its own', async (context) => {
  const { workplace } = await proved(context, {
    scaffold: 'rsa(n=2,k=2,rounds=1,solver=reasoning-cache(turns=2))',
  });
  const picture = await pictureOf(workplace);
  const inner = named(picture, 'solve-1');
  assert.equal(inner.kind, 'scaffold');
  assert.deepEqual(wiring(picture)['merge-1-1'], ['solve-1', 'solve-2']);
  const own = await pictureOf(workplace, inner.scope ?? '');
  assert.deepEqual(
    own.vertices.map(({ name }) => name),
    ['reason-1', 'summarise-1', 'reason-2'],
  );
  const { scopes } = await traceSummary.read(workplace, names);
  assert.deepEqual(
    scopes.map(({ label }) => label),
    ['', 'solve-1', 'solve-2'],
  );
  await assert.rejects(pictureOf(workplace, 'solve-9'), /no scaffold solve-9 in this trace; it has solve-1/);
});

test('an exchange has what was asked, thought and answered; a long reasoning comes in pieces that make it whole', async (context) => {
  const reasoning = 'Let 𝔸 be a set. '.repeat(9000);
  const { workplace } = await proved(context, { scaffold: 'single-turn', reply: () => ({ reasoning }) });
  const exchange = await traceExchange.read(workplace, { ...names, call: '0' });
  assert.match(exchange.prompt?.[0]?.text ?? '', /Prove that \$1 \+ 2/);
  assert.match(exchange.answer ?? '', /<strong>Proof 1<\/strong>.*<math/s);
  assert.equal(exchange.reasoningCharacters, reasoning.length);
  assert.ok(exchange.pieces > 1);
  let text = exchange.reasoning.text;
  for (let piece = 1; piece < exchange.pieces; piece += 1)
    text += (await traceReasoning.read(workplace, { ...names, call: '0', piece: `${piece}` })).text;
  assert.equal(text, reasoning);
  await assert.rejects(
    traceExchange.read(workplace, { ...names, call: '1' }),
    /no call 1 in this trace; it has 1/,
  );
});

test('tokens, times and money add up by role; what a scripted judge could not say is counted', async (context) => {
  const { workplace } = await proved(context, {
    scaffold: 'best-of-n(n=3)',
    reply: (kind, index) => (kind === 'score' && index === 0 ? { answer: 'no box' } : undefined),
  });
  const { totals, byRole, remarks, choices } = await traceSummary.read(workplace, names);
  assert.deepEqual(
    byRole.map(({ role }) => role),
    ['solve', 'score'],
  );
  for (const figure of ['calls', 'completionTokens', 'dollars'] as const) {
    const sum = byRole.reduce((all, one) => all + (one[figure] ?? 0), 0);
    assert.ok(Math.abs(sum - (totals[figure] ?? 0)) < 1e-9, figure);
  }
  assert.deepEqual(remarks, []);
  assert.match(choices.find(({ label }) => label === 'choice')?.text ?? '', /^chosen solve-\d, score/);
});

test('what a model failed is told with its reason, and the others are drawn', async (context) => {
  const { workplace } = await proved(context, {
    scaffold: 'best-of-n(n=3)',
    reply: (kind, index) =>
      kind === 'solve' && index === 1
        ? new ModelError('the model is away', { kind: 'server', isRetryable: false })
        : undefined,
  });
  const picture = await pictureOf(workplace);
  const states = picture.vertices.map(({ state }) => state).sort();
  assert.deepEqual(states, ['failed', 'reply', 'reply']);
  const { remarks } = await traceSummary.read(workplace, names);
  assert.deepEqual(remarks, ['1 call failed, and the search went on without.']);
});

test('what a budget ended has the best so far, with the call that was refused', async (context) => {
  const { workplace } = await proved(context, {
    scaffold: 'rsa(n=3,k=2,rounds=1)',
    budget: { tokens: 9000 },
  });
  const summary = await traceSummary.read(workplace, names);
  assert.equal(summary.status, 'budget');
  assert.match(summary.verdict, /^Not finished: .*Shown is the best so far/);
  assert.ok(summary.proof !== null && summary.totals.without > 0);
  const { calls } = await traceCalls.read(workplace, { ...names, page: '0' });
  assert.ok(calls.some(({ state, message }) => state === 'refused' && message !== null));
});

test('what was stopped waits where it stands', async (context) => {
  const { workplace } = await proved(context, { scaffold: 'reasoning-cache(turns=3)', stopBefore: 3 });
  const summary = await traceSummary.read(workplace, names);
  assert.equal(summary.status, 'unfinished');
  const { calls } = await traceCalls.read(workplace, { ...names, page: '0' });
  assert.equal(calls.at(-1)?.state, 'waiting');
  const { rows } = await traceRows.read(workplace, { run: 'run', group: 'attempts', page: '0' });
  assert.equal(rows[0]?.state, 'unfinished');
});

test('a list has every attempt by problem, and a run without calls says what to do', async (context) => {
  const { workplace, directory } = await proved(context, {
    scaffold: 'single-turn',
    problems: twoProblems,
    attempts: 2,
  });
  const { groups } = await traceGroups.read(workplace, { run: 'run' });
  assert.equal(groups[0]?.attempts, 4);
  const { rows } = await traceRows.read(workplace, { run: 'run', group: 'attempts', page: '0' });
  assert.deepEqual(
    rows.map(({ problem, attempt }) => `${problem} ${attempt}`),
    ['sum 1', 'sum 2', 'primes 1', 'primes 2'],
  );
  await assert.rejects(traceRows.read(workplace, { run: 'run', group: 'attempts', page: '1' }), /no page 1/);
  await assert.rejects(
    traceRows.read(workplace, { run: 'run', group: 'rsa', page: '0' }),
    /there are attempts/,
  );
  await assert.rejects(
    traceSummary.read(workplace, { run: 'run', trace: 'prove~2f9~2f0' }),
    /there are no calls of prove\/9\/0/,
  );
  workplace.close();
  for (const file of readdirSync(directory).filter((name) => name.startsWith('journal.db')))
    rmSync(path.join(directory, file));
  const empty = await traceGroups.read(opened(context, path.dirname(directory)), { run: 'run' });
  assert.deepEqual(empty.groups, []);
  assert.match(empty.empty ?? '', /Nothing has been asked/);
});

test('without its problems or with other prompts a run still has its replies, and says what is not known', async (context) => {
  const { directory, workplace } = await proved(context, { scaffold: 'rsa(n=2,k=2,rounds=1)' });
  workplace.close();
  rmSync(path.join(directory, 'data'), { recursive: true });
  const later = opened(context, path.dirname(directory));
  const summary = await traceSummary.read(later, names);
  assert.equal(summary.problem.statement, null);
  assert.match(summary.remarks.join(' '), /does not hold the problem/);
  const exchange = await traceExchange.read(later, { ...names, call: '0' });
  assert.equal(exchange.prompt, null);
  assert.match(exchange.answer ?? '', /Proof 1/);
  assert.deepEqual(wiring(await pictureOf(later))['merge-1-1'], ['solve-1', 'solve-2']);
});

test('recorded calls that the scaffold does not come to are listed as they are', async (context) => {
  const { directory, workplace } = await proved(context, { scaffold: 'rsa(n=3,k=2,rounds=1)' });
  workplace.close();
  const file = path.join(directory, 'prove.json');
  const identity = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...identity, scaffold: 'single-turn' }));
  const later = opened(context, path.dirname(directory));
  const { remarks, totals } = await traceSummary.read(later, names);
  assert.match(remarks.join(' '), /8 recorded calls are not what this version of the scaffold asks for/);
  assert.equal(totals.calls, 9);
  assert.equal(
    (await traceCalls.read(later, { ...names, page: '0' })).calls.filter(({ role }) => role === 'merge')
      .length,
    3,
  );
});

test('a damaged blob is one call without a reply; a damaged prove.json is told by name', async (context) => {
  const long = 'A long proof. '.repeat(2000);
  const { directory, workplace } = await proved(context, {
    scaffold: 'best-of-n(n=3)',
    reply: (kind, index) => (kind === 'solve' ? { answer: `${index} ${long}` } : undefined),
  });
  workplace.close();
  const blobs = path.join(directory, 'blobs');
  const [pack] = readdirSync(blobs).sort();
  truncateSync(path.join(blobs, pack ?? ''), 40);
  const later = opened(context, path.dirname(directory));
  const { calls } = await traceCalls.read(later, { ...names, page: '0' });
  const broken = calls.filter(({ state }) => state === 'failed');
  assert.ok(broken.length > 0);
  assert.match(broken[0]?.message ?? '', /record cannot be read/);
  later.close();
  writeFileSync(path.join(directory, 'prove.json'), '{"scaffold": 3}');
  await assert.rejects(
    traceGroups.read(opened(context, path.dirname(directory)), { run: 'run' }),
    /prove\.json is damaged: scaffold/,
  );
});
