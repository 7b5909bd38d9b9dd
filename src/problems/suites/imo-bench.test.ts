/** The three CSV files of IMO-Bench as they are published. Skipped where ../shared/data/imo-bench is absent. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Problem } from '../problem.ts';
import { openSuite } from './open-suite.ts';
import { parseGuidelines } from './parse-guidelines.ts';

const directory = fileURLToPath(new URL('../../../../shared/data/imo-bench', import.meta.url));
const skip = existsSync(directory) ? false : '../shared/data/imo-bench is not here';
const inDirectory = { path: directory, environment: {} };
const corruptRow = 'imo-bench-algebra-036';

function counts(problems: readonly Problem[], tag: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { tags } of problems) {
    const value = `${tags[tag]}`;
    found[value] = (found[value] ?? 0) + 1;
  }
  return found;
}

describe('IMO-ProofBench', { skip }, () => {
  test('has 60 problems, Basic and Advanced, by category and level', async () => {
    const suite = await openSuite('imo-proofbench', inDirectory);
    const { kind, scale, version, problems, source, warnings } = suite;
    assert.deepEqual([kind, scale, version, problems.length], ['proof', 'imo-proofbench', 'v2', 60]);
    assert.deepEqual([source.checked, source.licence], ['known', 'CC-BY-4.0']);
    assert.deepEqual(warnings, []);
    assert.deepEqual(counts(problems, 'subset'), { Basic: 30, Advanced: 30 });
    const basic = await openSuite('imo-proofbench:basic', inDirectory);
    assert.equal(basic.name, 'imo-proofbench:basic');
    assert.deepEqual(counts(basic.problems, 'category'), {
      ...{ Algebra: 8, Combinatorics: 8, 'Number theory': 8, Geometry: 6 },
    });
    assert.deepEqual(counts(basic.problems, 'level'), { 'pre-IMO': 8, 'IMO-easy': 14, 'IMO-medium': 8 });
    const advanced = await openSuite('imo-proofbench:advanced', inDirectory);
    assert.deepEqual(counts(advanced.problems, 'category'), {
      ...{ Algebra: 8, Combinatorics: 8, 'Number theory': 6, Geometry: 8 },
    });
    assert.deepEqual(counts(advanced.problems, 'level'), {
      'IMO-easy': 10,
      'IMO-medium': 10,
      'IMO-hard': 10,
    });
    assert.deepEqual(
      ['Novel Problem', 'USAMO', 'IMO'].map((contest) => counts(advanced.problems, 'contest')[contest]),
      [18, 6, 6],
    );
  });

  test('every problem has a solution and guidelines; 27 have a final answer', async () => {
    const { problems } = await openSuite('imo-proofbench', inDirectory);
    assert.ok(
      problems.every(({ solutions, guidelines }) => solutions.length === 1 && guidelines !== undefined),
    );
    assert.equal(problems.filter(({ answer }) => answer !== undefined).length, 27);
  });

  test('all guidelines say what is partial and what is almost; one says what is incorrect', async () => {
    const { problems } = await openSuite('imo-proofbench', inDirectory);
    const parsed = problems.map(({ guidelines }) => parseGuidelines(guidelines ?? ''));
    const itemsOf = (grade: string) =>
      parsed
        .flatMap((found) => found?.sections.filter((section) => section.grade === grade) ?? [])
        .map(({ items }) => items.length);
    assert.deepEqual(
      [itemsOf('partial').length, itemsOf('almost').length, itemsOf('incorrect').length],
      [60, 60, 1],
    );
    assert.deepEqual([Math.min(...itemsOf('partial')), Math.max(...itemsOf('partial'))], [1, 3]);
    assert.deepEqual([Math.min(...itemsOf('almost')), Math.max(...itemsOf('almost'))], [1, 2]);
    assert.ok(
      parsed.every(
        (found) => found?.preamble === '' && found.sections.every(({ items }) => items.length > 0),
      ),
    );
  });

  test('v1 is told from v2 by its checksum, warned of, and differs in one statement', async () => {
    const current = await openSuite('imo-proofbench', inDirectory);
    const former = await openSuite('imo-proofbench@v1', inDirectory);
    assert.equal(former.version, 'v1');
    assert.match(former.warnings.join('\n'), /v2 is current/);
    assert.notEqual(former.digest, current.digest);
    assert.deepEqual(changed(former.problems, current.problems, 'statement'), ['PB-Advanced-022']);
    const byPath = await openSuite(path.join(directory, 'proofbench.csv'), { environment: {} });
    assert.deepEqual([byPath.name, byPath.version, byPath.digest], ['imo-proofbench', 'v1', former.digest]);
  });

  test('the file with Lean statements has the same problems', async () => {
    const lean = await openSuite(path.join(directory, 'lean_proof_bench.csv'), { environment: {} });
    assert.deepEqual(
      [lean.version, lean.digest],
      ['v2-lean', (await openSuite('imo-proofbench', inDirectory)).digest],
    );
    assert.match(lean.warnings.join('\n'), /not used: Lean Statement/);
  });
});

describe('IMO-AnswerBench', { skip }, () => {
  test('has 400 problems, 100 a category, with the subcategories and sources that are published', async () => {
    const { problems, kind, scale, version, total } = await openSuite('imo-answerbench', inDirectory);
    assert.deepEqual([kind, scale, version, problems.length, total], ['answer', 'answer', 'v2', 400, 400]);
    assert.deepEqual(counts(problems, 'category'), {
      ...{ Algebra: 100, Combinatorics: 100, Geometry: 100, 'Number theory': 100 },
    });
    const ofCategory = (category: string) => problems.filter(({ tags }) => tags.category === category);
    assert.deepEqual(counts(ofCategory('Algebra'), 'subcategory'), {
      ...{
        Inequality: 34,
        Sequence: 20,
        'Functional Equation': 20,
        Polynomial: 16,
        Equation: 5,
        Operation: 3,
        Other: 2,
      },
    });
    assert.equal(counts(ofCategory('Geometry'), 'subcategory').computation, 68);
    assert.equal(counts(ofCategory('Number theory'), 'subcategory')['Diophantine Equation'], 24);
    assert.equal(new Set(problems.map(({ source }) => source)).size, 222);
    const contests = counts(problems, 'contest');
    assert.deepEqual(
      ['IMO Shortlist', 'Sharygin', 'AIME', 'Komal'].map((contest) => contests[contest]),
      [123, 31, 21, 9],
    );
    assert.ok(
      problems.every(({ answer, statement }) => answer !== undefined && statement.trim() === statement),
    );
  });

  test('the kinds of gold answers are those that were counted', async () => {
    const { problems } = await openSuite('imo-answerbench', inDirectory);
    const kinds = counts(problems, 'answerKind');
    assert.deepEqual([kinds.integer, kinds.rational], [228, 27]);
  });

  test('the corrupt row is mended to what v1 has, and reported', async () => {
    const suite = await openSuite('imo-answerbench', inDirectory);
    const former = await openSuite('imo-answerbench@v1', inDirectory);
    const mended = suite.problems.find(({ id }) => id === corruptRow);
    assert.deepEqual(
      mended,
      former.problems.find(({ id }) => id === corruptRow),
    );
    assert.doesNotMatch(mended?.statement ?? '', /\\frac\{B\}/);
    assert.deepEqual(
      suite.faults
        .filter(({ severity }) => severity === 'corrupt')
        .map(({ problem, at, kind, action }) => [problem, at, kind, action]),
      [[corruptRow, 'line 150', 'shifted-columns', 'repaired']],
    );
    assert.deepEqual(
      former.faults.filter(({ severity }) => severity === 'corrupt'),
      [],
    );
  });

  test('the corrupt row can be excluded, or refused', async () => {
    const without = await openSuite('imo-answerbench', { ...inDirectory, corrupt: 'exclude' });
    assert.equal(without.problems.length, 399);
    assert.ok(without.problems.every(({ id }) => id !== corruptRow));
    assert.equal(without.faults.find(({ problem }) => problem === corruptRow)?.action, 'excluded');
    assert.match(without.warnings.join('\n'), /399 problems, where the published set has 400/);
    await assert.rejects(
      openSuite('imo-answerbench', { ...inDirectory, corrupt: 'refuse' }),
      /line 150 \(imo-bench-algebra-036\)/,
    );
  });

  test('odd dollars are found in two answers', async () => {
    const { faults } = await openSuite('imo-answerbench', inDirectory);
    const odd = faults
      .filter(({ kind }) => kind === 'odd-dollars')
      .map(({ problem, field }) => `${problem} ${field}`);
    assert.deepEqual(odd, ['imo-bench-algebra-097 answer', 'imo-bench-geometry-096 answer']);
    assert.deepEqual(
      faults.filter(({ kind }) => kind === 'same-statement' || kind === 'duplicate-id'),
      [],
    );
  });

  test('of the 29 rows that changed from v1 to v2, 23 have another statement and 10 another answer', async () => {
    const [former, current] = await Promise.all(
      ['imo-answerbench@v1', 'imo-answerbench'].map((name) => openSuite(name, inDirectory)),
    );
    assert.ok(former && current);
    const statements = changed(former.problems, current.problems, 'statement');
    const answers = changed(former.problems, current.problems, 'answer');
    // Two more statements and five more answers differ in outer space alone, and those of the mended row not at all.
    assert.deepEqual([statements.length, answers.length], [23, 10]);
    assert.match(former.warnings.join('\n'), /v2 is current/);
  });
});

function changed(
  before: readonly Problem[],
  after: readonly Problem[],
  field: 'statement' | 'answer',
): string[] {
  const former = new Map(before.map((problem) => [problem.id, problem[field]]));
  return after.filter((problem) => former.get(problem.id) !== problem[field]).map(({ id }) => id);
}
