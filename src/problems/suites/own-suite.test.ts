/** Suites of one's own: every format, every fault of a row, and what is said of it. The problems are inventions. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { type OpenSuiteOptions, openSuite } from './open-suite.ts';
import type { Suite } from './suite.ts';
import { SuiteError } from './suite-error.ts';

function fileOf(context: TestContext, name: string, content: string): string {
  const file = path.join(temporaryDirectory(context), name);
  writeFileSync(file, content);
  return file;
}

const jsonl = (...rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

async function opened(
  context: TestContext,
  content: string,
  options: OpenSuiteOptions = {},
  name = 'toys.jsonl',
): Promise<Suite> {
  return await openSuite(fileOf(context, name, content), { environment: {}, ...options });
}

async function refused(found: Promise<unknown>, ...messages: readonly RegExp[]): Promise<void> {
  await assert.rejects(found, (error) => {
    assert.ok(error instanceof SuiteError, `${error}`);
    for (const message of messages) assert.match(error.message, message);
    return true;
  });
}

describe('what a suite is', () => {
  test('of proofs where there is something to grade a proof by, of answers where there are answers alone', async (context) => {
    const proofs = await opened(
      context,
      jsonl({ id: 'a', statement: 'Prove $1=1$.', guidelines: 'Be kind.' }),
    );
    assert.deepEqual([proofs.kind, proofs.scale, proofs.name], ['proof', 'points', 'toys']);
    assert.match(proofs.version, /^sha256-\w{12}$/);
    const answers = await opened(context, jsonl({ id: 'a', problem: 'What is $1+1$?', answer: 2 }));
    assert.deepEqual([answers.kind, answers.scale, answers.problems[0]?.answer], ['answer', 'answer', '2']);
    const both = jsonl({ id: 'a', problem: 'Find and prove it.', answer: '2' });
    assert.equal((await opened(context, both, { kind: 'proof' })).kind, 'proof');
  });

  test('YAML says it in its header', async (context) => {
    const yaml = `name: toys-of-ada
kind: answer
licence: CC0-1.0
problems:
  - id: a
    statement: What is $1+1$?
    answer: "2"
    tags: {level: easy, round: 1}
`;
    const suite = await opened(context, yaml, {}, 'toys.yaml');
    assert.deepEqual([suite.name, suite.kind, suite.source.licence], ['toys-of-ada', 'answer', 'CC0-1.0']);
    assert.deepEqual(suite.problems[0]?.tags, { level: 'easy', round: 1 });
    const wrong = fileOf(context, 'wrong.yaml', yaml.replace('answer\n', 'riddles\n'));
    await refused(openSuite(wrong), /wrong\.yaml: field kind: .*"proof"\|"answer"/);
    const misspelt = await opened(context, yaml.replace('licence:', 'license:'), {}, 'toys.yaml');
    assert.match(misspelt.warnings.join('\n'), /beside the problems that are not used: license/);
  });

  test('equal tests have equal digests: tags and sources do not count, anything that is asked or graded by does', async (context) => {
    const row = { id: 'a', statement: 'Prove it.', answer: '2', solution: 'So.', guidelines: 'x' };
    const digestOf = async (more: object): Promise<string> =>
      (await opened(context, jsonl({ ...row, ...more }))).digest;
    const digest = await digestOf({});
    assert.equal(await digestOf({ source: 'here', tags: { year: 2020 } }), digest);
    for (const more of [
      { statement: 'Prove this.' },
      { answer: '3' },
      { solution: 'Thus.' },
      { guidelines: 'y' },
    ]) {
      assert.notEqual(await digestOf(more), digest);
    }
  });

  test('columns of the published sets are known, others by name; what is not used is said', async (context) => {
    const csv =
      'Problem ID,Problem,Solution,Grading guidelines,Category,Level,Short Answer,Source,Colour\na,Prove it.,So.,"(Partial)\n 1. x",Algebra,hard, ,Toy 2020,red\n';
    const suite = await opened(context, csv, {}, 'toys.csv');
    const { id, statement, solutions, guidelines, answer, source, tags } = suite.problems[0] ?? {};
    assert.deepEqual(
      { id, statement, solutions, guidelines, answer, source, tags },
      {
        ...{ id: 'a', statement: 'Prove it.', solutions: ['So.'], guidelines: '(Partial)\n 1. x' },
        ...{ answer: undefined, source: 'Toy 2020', tags: { category: 'Algebra', level: 'hard' } },
      },
    );
    assert.match(suite.warnings.join('\n'), /columns that are not used: Colour/);
    const columns = { statement: 'Frage', answer: 'Antwort' };
    const german = await opened(context, jsonl({ id: 'a', Frage: 'Was ist 1+1?', Antwort: '2' }), {
      columns,
    });
    assert.deepEqual(
      [german.problems[0]?.statement, german.kind, german.warnings],
      ['Was ist 1+1?', 'answer', []],
    );
  });

  test('a scheme in parts becomes a grading scheme where it is of 7 points, else words', async (context) => {
    const parts = [
      { title: 'Idea', points: 3, desc: 'Looks.' },
      { title: 'Rest', points: 4, desc: 'Compares.' },
    ];
    const schemeOf = async (grading_scheme: unknown) =>
      (await opened(context, jsonl({ id: 'a', problem: 'Prove it.', grading_scheme }))).problems[0];
    const entry = { id: '1', points: 7, scheme: parts };
    for (const scheme of [parts, JSON.stringify(parts), entry, JSON.stringify(entry)]) {
      assert.deepEqual((await schemeOf(scheme))?.scheme?.checkpoints, [
        { id: '1', points: 3, description: 'Idea: Looks.' },
        { id: '2', points: 4, description: 'Rest: Compares.' },
      ]);
    }
    assert.equal((await schemeOf('- 3 points: looks'))?.guidelines, '- 3 points: looks');
    assert.equal(
      (await schemeOf([{ title: 'Correct', points: 1, desc: '' }]))?.guidelines,
      '- (1 of 1 points) Correct',
    );
    await refused(
      schemeOf({ checkpoints: [{ id: 'x', points: 3, description: 'y' }] }),
      /field grading_scheme: checkpoints: their points add up to 3, not to 7/,
    );
    const all = [{ id: 'x', points: 7, description: 'y' }];
    await refused(
      schemeOf({ checkpoints: all, alternatives: [{ name: 'z', checkpoints: [...all, ...all] }] }),
      /field grading_scheme: checkpoints: their points add up to 14, not to 7/,
    );
    await refused(schemeOf([{ points: 'three' }]), /field grading_scheme: 0\.points: /);
  });
});

describe('what is wrong with a row', () => {
  test('is told all at once, by line, id and field', async (context) => {
    const content = jsonl(
      { id: 'a', statement: 'Prove it.' },
      { id: 'a', statement: 'Prove that.' },
      { id: 'b', statement: '  ' },
      { id: 'c', statement: ['Prove', 'this'] },
      { id: 'd', statement: 'Prove those.', tags: { levels: [1] } },
    );
    await refused(
      opened(context, content),
      /toys\.jsonl: 4 faults make rows corrupt/,
      /line 2 \(a\), field id: the id stands on line 1 too; ids must be unique/,
      /line 3 \(b\), field statement: the statement is empty/,
      /line 4 \(c\), field statement: text is expected, not a list/,
      /line 5 \(d\), field tags\.levels: /,
    );
    const { problems, faults } = await opened(context, content, { corrupt: 'exclude' });
    assert.deepEqual(
      problems.map(({ id }) => id),
      ['a'],
    );
    assert.deepEqual(
      faults.map(({ problem, action }) => `${problem} ${action}`),
      ['a excluded', 'b excluded', 'c excluded', 'd excluded'],
    );
    await refused(
      opened(context, jsonl({ id: 'x', statement: '' }), { corrupt: 'exclude' }),
      /no row is sound/,
    );
  });

  test('a suite of answers needs them all', async (context) => {
    const content = jsonl(
      { id: 'a', statement: 'What?', answer: '1' },
      { id: 'b', statement: 'What else?', answer: ' ' },
    );
    await refused(
      opened(context, content, { kind: 'answer' }),
      /line 2 \(b\), field answer: there is no gold answer/,
    );
  });

  test('the same problem under two ids is kept and reported', async (context) => {
    const suite = await opened(
      context,
      jsonl({ id: 'a', statement: 'Prove that $x=y$.' }, { id: 'b', statement: ' Prove  that\n$X=y$. ' }),
    );
    assert.equal(suite.problems.length, 2);
    assert.match(
      suite.faults.find(({ kind }) => kind === 'same-statement')?.detail ?? '',
      /statement of a,.*counts twice/,
    );
  });

  test('space around a text goes, an answer is closed, a statement with an odd $ stays; all is reported', async (context) => {
    const { problems, faults } = await opened(
      context,
      jsonl(
        { statement: 'What is $x \\$?\n', answer: ' $\\frac12' },
        { id: 'b', statement: 'It costs \\$5.', answer: '5' },
      ),
    );
    assert.deepEqual(
      problems.map(({ id, statement, answer }) => [id, statement, answer]),
      [
        ['1', 'What is $x \\$?', '$\\frac12$'],
        ['b', 'It costs \\$5.', '5'],
      ],
    );
    assert.deepEqual(
      faults.map(({ field, kind, action, severity }) => [field, kind, action, severity]),
      [
        ['id', 'missing', 'repaired', 'minor'],
        ['statement', 'outer-space', 'repaired', 'minor'],
        ['answer', 'outer-space', 'repaired', 'minor'],
        ['answer', 'odd-dollars', 'repaired', 'minor'],
        ['statement', 'odd-dollars', 'kept', 'minor'],
      ],
    );
  });

  test('a lost quote is mended where that is certain, refused where it is not', async (context) => {
    const header = 'Problem ID,Problem,Short Answer,Category,Source\n';
    const sound = 'toy-1,"What is\n$1+1$?",2,Algebra,Toy 2020\n';
    const broken = 'toy-2,"What is\n$1+2$?\n,"$3$",Algebra,Toy 2021\n';
    const { problems, faults } = await opened(context, header + sound + broken, {}, 'toys.csv');
    assert.deepEqual(
      problems.map(({ statement, answer, tags, source }) => [statement, answer, tags.category, source]),
      [
        ['What is\n$1+1$?', '2', 'Algebra', 'Toy 2020'],
        ['What is\n$1+2$?', '$3$', 'Algebra', 'Toy 2021'],
      ],
    );
    assert.deepEqual(
      faults.filter(({ severity }) => severity === 'corrupt').map(({ at, kind }) => [at, kind]),
      [['line 4', 'shifted-columns']],
    );
    // A dollar sign that is open says that the quote was not lost here.
    const unsure = broken.replace('$?\n', '?\n');
    await refused(
      opened(context, header + sound + unsure, {}, 'toys.csv'),
      /line 4 \(toy-2\): it has 4 cells where the header has 5/,
    );
    const without = await opened(context, header + sound + unsure, { corrupt: 'exclude' }, 'toys.csv');
    assert.deepEqual(
      without.problems.map(({ id }) => id),
      ['toy-1'],
    );
  });

  test('the same fault in a copy of the set by another reader is mended too', async (context) => {
    const row = {
      problem_id: 'toy-2',
      problem: 'What is\n$1+2$?\n,$3$"',
      answer: 'Algebra',
      category: 'Equation',
      subcategory: 'Toy 2021',
    };
    const { problems } = await opened(context, jsonl(row));
    const { statement, answer, tags, source } = problems[0] ?? {};
    assert.deepEqual(
      [statement, answer, tags, source],
      ['What is\n$1+2$?', '$3$', { category: 'Algebra', subcategory: 'Equation' }, 'Toy 2021'],
    );
    const sound = { problem_id: 'toy-3', problem: 'Which field of mathematics is older?', answer: 'Algebra' };
    assert.equal((await opened(context, jsonl(sound))).problems[0]?.answer, 'Algebra');
  });
});

test('rows that repeat a problem with another proof of it are one problem', async (context) => {
  const row = {
    problem_id: 'APMO-2023-9',
    problem: 'Prove it.',
    marking_scheme: '1 point for trying',
    metadata: { contest: 'APMO', contest_year: '2023' },
  };
  const rows = ['o3', 'r1'].map((generator) => ({
    ...row,
    generator,
    model_solution: 'So.',
    expert_rating: 3,
  }));
  const suite = await opened(context, jsonl(...rows));
  assert.equal(suite.name, 'proofbench');
  assert.deepEqual(
    suite.problems.map(({ guidelines, tags }) => [guidelines, tags.contest, tags.subset]),
    [['1 point for trying', 'APMO', 'other']],
  );
  assert.match(suite.warnings.join('\n'), /1 rows repeat a problem/);
  await refused(
    opened(context, jsonl(...rows.map((one, index) => ({ ...one, problem: `Prove ${index}.` })))),
    /stands on line 1 too/,
  );
});

test('the hub’s columns of the known sets are understood, and the sets told by their ids', async (context) => {
  const proofs = await opened(
    context,
    jsonl({
      question_id: 'PB-Basic-901',
      problem: 'Prove it.',
      solution: 'So.',
      grading_guidelines: '(Partial)\n 1. x',
    }),
  );
  assert.deepEqual([proofs.name, proofs.kind, proofs.scale], ['imo-proofbench', 'proof', 'imo-proofbench']);
  assert.deepEqual(
    [proofs.problems[0]?.guidelines, proofs.problems[0]?.tags.subset],
    ['(Partial)\n 1. x', 'Basic'],
  );
  const answers = await opened(
    context,
    jsonl({ problem_id: 'imo-bench-geometry-901', problem: 'What?', answer: '$\\frac{1}{2}$' }),
  );
  assert.deepEqual([answers.name, answers.kind, answers.scale], ['imo-answerbench', 'answer', 'answer']);
  assert.equal(answers.problems[0]?.tags.answerKind, 'rational');
  assert.match(
    answers.warnings.join('\n'),
    /none whose checksum is known[\s\S]*1 problems, where the published set has 400/,
  );
});

test('a contest’s directory is a suite with schemes and solutions', async (context) => {
  const directory = path.join(temporaryDirectory(context), 'toy_2020');
  for (const folder of ['problems', 'solutions'])
    mkdirSync(path.join(directory, folder), { recursive: true });
  const scheme = (id: string) => ({ id, points: 7, scheme: [{ title: 'All', points: 7, desc: 'Does it.' }] });
  writeFileSync(path.join(directory, 'grading_scheme.json'), JSON.stringify([scheme('10'), scheme('2')]));
  for (const number of [10, 2])
    writeFileSync(path.join(directory, 'problems', `${number}.tex`), `Prove ${number}.`);
  writeFileSync(path.join(directory, 'solutions', '2.tex'), 'So.');
  const suite = await openSuite(directory, { environment: {} });
  assert.deepEqual(
    [suite.name, suite.kind, suite.scale, suite.source.files.length],
    ['toy_2020', 'proof', 'points', 4],
  );
  assert.deepEqual(
    suite.problems.map(({ id, statement, solutions, scheme: found }) => [
      id,
      statement,
      solutions,
      found?.checkpoints.length,
    ]),
    [
      ['toy_2020-2', 'Prove 2.', ['So.'], 1],
      ['toy_2020-10', 'Prove 10.', [], 1],
    ],
  );
  writeFileSync(path.join(directory, 'grading_scheme.json'), '{}');
  await refused(
    openSuite(directory, { environment: {} }),
    /grading_scheme\.json: a list of \{id, scheme\} is expected/,
  );
});
