/** The whole step on rows of its own making: what is found in every form, what stays, and that nothing depends on threads. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { Random } from '../../stats/random.ts';
import { droppedRowSchema } from '../data-row.ts';
import type { StepRecord } from '../step-files.ts';
import { type PlantForm, plant, plantForms } from './fixtures/plant.ts';
import { syntheticProblem } from './fixtures/synthetic-problems.ts';
import { type Match, matchSchema } from './matches.ts';
import { type DecontaminateOptions, runDecontaminate } from './run-decontaminate.ts';
import { settingsSchema } from './settings.ts';

interface TestRow {
  readonly id: string;
  readonly statement: string;
  readonly solutions?: readonly string[];
  readonly comments?: readonly string[];
  readonly answer?: string;
  readonly origin?: { readonly source: string; readonly row: number };
}

interface Result {
  readonly record: StepRecord;
  readonly kept: readonly string[];
  /** Reason and detail by id. */
  readonly dropped: Readonly<Record<string, readonly [string, string]>>;
  readonly matches: readonly Match[];
  /** All files of the step, but for where the input was. */
  readonly bytes: string;
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

async function decontaminated(
  context: TestContext,
  rows: readonly TestRow[],
  options: Partial<DecontaminateOptions> = {},
): Promise<Result> {
  const directory = temporaryDirectory(context);
  mkdirSync(directory, { recursive: true });
  const input = path.join(directory, 'rows.jsonl');
  writeFileSync(input, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const out = path.join(directory, 'out');
  const record = await runDecontaminate({
    ...{ input, directory: out, against: [], settings: settingsSchema.parse({}), threads: 1 },
    ...options,
  });
  const read = (name: string): string => {
    try {
      return readFileSync(path.join(out, name), 'utf8');
    } catch {
      return '';
    }
  };
  const dropped = linesOf(read('dropped.jsonl')).map((line) => droppedRowSchema.parse(JSON.parse(line)));
  return {
    record,
    kept: linesOf(read('rows.jsonl')).map((line) => (JSON.parse(line) as TestRow).id),
    dropped: Object.fromEntries(dropped.map(({ reason, detail, row }) => [row.id, [reason, detail]])),
    matches: linesOf(read('matches.jsonl')).map((line) => matchSchema.parse(JSON.parse(line))),
    bytes: ['rows.jsonl', 'dropped.jsonl', 'matches.jsonl'].map(read).join('\n'),
  };
}

const problems = (seed: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => syntheticProblem(seed, i));
const heldOut = {
  name: 'held-out',
  digest: 'x',
  problems: problems(1, 60).map((statement, i) => ({ id: `item-${i}`, statement })),
};
const clean = problems(2, 400).map((statement, i) => ({ id: `clean-${i}`, statement }));

describe('planted problems', () => {
  const goals: Readonly<Record<PlantForm, number>> = {
    ...{ verbatim: 0.99, 're-wrapped': 0.99, renamed: 0.95, embedded: 0.95, 'embedded and renamed': 0.9 },
  };
  for (const form of plantForms) {
    test(`are found when they are ${form}, with the item that they are`, async (context) => {
      const random = new Random('plant', form);
      const others = clean.map(({ statement }) => statement);
      const planted = heldOut.problems.map(({ id, statement }) => ({
        id: `planted-${id}`,
        statement: plant(statement, form, random, others),
      }));
      const rows = [...clean.slice(0, 100), ...planted];
      const { dropped, matches } = await decontaminated(context, rows, {
        ...{ against: [heldOut], keepDuplicates: true },
      });
      const found = heldOut.problems.filter(({ id }) =>
        matches.some(
          ({ row, against, verdict }) =>
            verdict === 'contaminated' &&
            'set' in against &&
            row.id === `planted-${id}` &&
            against.set === 'held-out' &&
            against.id === id,
        ),
      );
      assert.ok(
        found.length >= goals[form] * planted.length,
        `${found.length} of ${planted.length} are found`,
      );
      assert.deepEqual(
        Object.keys(dropped).filter((id) => id.startsWith('clean')),
        [],
      );
    });
  }
});

test('a match names item, view, measure, score and the passages in both', async (context) => {
  const statement =
    'Let $n$ be a positive integer such that $n^2+1$ has a divisor that is congruent to $3$ modulo $4$. Prove that this is absurd.';
  const set = { name: 'suite', digest: 'x', problems: [{ id: 'p7', statement }] };
  const longer = `Warm-up: draw a circle. ${statement.replaceAll('$n', '$k')} Good luck to everybody who tries!`;
  const { dropped, matches } = await decontaminated(context, [{ id: 'row', statement: longer }], {
    against: [set],
  });
  const [match] = matches;
  assert.equal(match?.verdict, 'contaminated');
  assert.deepEqual(match?.row, { id: 'row', line: 1 });
  assert.deepEqual(match?.against, { set: 'suite', id: 'p7' });
  assert.deepEqual(
    [match?.view, match?.measure, match?.score, match?.coverage],
    ['variables', 'partial', 100, 1],
  );
  assert.match(match?.passage?.row ?? '', /^Let \$k\$ be a positive integer .* absurd$/);
  assert.match(match?.passage?.other ?? '', /^Let \$n\$ be a positive integer .* absurd$/);
  assert.deepEqual(dropped.row, ['contaminated', 'holds p7 of suite (partial 100, variables renamed)']);
});

test('a problem in a solution or a comment is found as such, unless statements alone are searched', async (context) => {
  const random = new Random('texts');
  const others = clean.slice(200).map(({ statement }) => statement);
  const rows = clean.slice(0, 60).map((row, i) => {
    const item = heldOut.problems[i % heldOut.problems.length]?.statement ?? '';
    const held = plant(item, i % 2 === 0 ? 'embedded' : 'embedded and renamed', random, others);
    // Two of three rows have texts with nothing of the set in them.
    const texts = [
      others[i] ?? '',
      i % 3 === 0 ? held : 'It follows from the lemma by induction on the number of cases.',
    ];
    return {
      ...row,
      ...(i % 2 === 0 ? { solutions: texts } : { solutions: ['See below.'], comments: texts }),
    };
  });
  const options = { against: [heldOut], keepDuplicates: true };
  const { dropped, matches, record } = await decontaminated(context, rows, options);
  const expected = rows.filter((_, i) => i % 3 === 0).map(({ id }) => id);
  assert.deepEqual(Object.keys(dropped).toSorted(), expected.toSorted());
  assert.equal(record.figures.contaminatedInTexts, expected.length);
  for (const { row, where, against, passage } of matches.filter(
    (match) => match.verdict === 'contaminated',
  )) {
    const i = rows.findIndex(({ id }) => id === row.id);
    assert.equal(where, i % 2 === 0 ? 'solution' : 'comment');
    assert.deepEqual('set' in against && against.id, heldOut.problems[i]?.id);
    assert.ok((passage?.row.length ?? 0) > 0);
    assert.match(
      dropped[row.id]?.[1] ?? '',
      new RegExp(`^its ${where} holds item-${i} of held-out \\(partial `),
    );
  }
  const settings = settingsSchema.parse({ texts: false });
  assert.deepEqual((await decontaminated(context, rows, { ...options, settings })).dropped, {});
});

test('a phrase that many problems have is no contamination', async (context) => {
  const phrase =
    'can be written as $\\frac{m}{n}$, where $m$ and $n$ are relatively prime positive integers. Find $m+n$.';
  const rows = [
    `A fair coin is thrown until three heads stand in a row. The expected number of throws ${phrase}`,
    `In triangle $ABC$ the median from $A$ is as long as the side $BC$. The cosine of the angle at $A$ ${phrase}`,
  ];
  const item = `Two ants start at opposite corners of a cube and walk along edges at random. The chance that they meet on an edge ${phrase}`;
  const { kept, matches } = await decontaminated(
    context,
    rows.map((statement, i) => ({ id: `row-${i}`, statement })),
    { against: [{ name: 'suite', digest: 'x', problems: [{ id: 'ants', statement: item }] }] },
  );
  assert.deepEqual(kept, ['row-0', 'row-1']);
  assert.deepEqual(
    matches.filter(({ verdict }) => verdict !== 'near-miss'),
    [],
  );
});

describe('of rows that are one problem stays', () => {
  const statement = syntheticProblem(3, 0);
  const other = (i: number): string => plant(statement, 're-wrapped', new Random('one', i), []);
  const origin = (source: string) => ({ source, row: 1 });

  test('the one with the most solutions, and the others name it', async (context) => {
    const rows = [
      { id: 'a', statement: other(0), solutions: ['x'] },
      { id: 'b', statement: other(1), solutions: ['x', 'y'] },
      { id: 'c', statement: plant(statement, 'renamed', new Random('c'), []) },
    ];
    const { kept, dropped, record } = await decontaminated(context, rows);
    assert.deepEqual(kept, ['b']);
    assert.deepEqual(dropped.a, ['duplicate', 'the same as b']);
    assert.deepEqual(dropped.c, ['duplicate', 'the same as b']);
    assert.equal(record.figures.duplicates, 2);
  });

  test('then one that asks for a proof, then one of a preferred source, then the first', async (context) => {
    const rows = [
      { id: 'answer', statement: other(0), answer: '7', origin: origin('good') },
      { id: 'plain', statement: other(1), origin: origin('plain') },
      { id: 'good-1', statement: other(2), origin: origin('good') },
      { id: 'good-2', statement: other(3), origin: origin('good') },
    ];
    assert.deepEqual((await decontaminated(context, rows)).kept, ['plain']);
    assert.deepEqual((await decontaminated(context, rows, { prefer: ['good'] })).kept, ['good-1']);
  });

  test('each where their numbers differ, or their questions about one situation', async (context) => {
    const situation =
      'Around a circular table sit twenty guests. Every minute two neighbours change places, unless they have done so before. The host writes down who sits opposite whom, and stops the game when a pair stands on the list for the second time.';
    const rows = [
      {
        id: 'numbers',
        statement:
          'Find all pairs $(x,y)$ of integers with $17x+29y=1990$ and $x>y$, and prove that there are no others.',
      },
      {
        id: 'other-numbers',
        statement:
          'Find all pairs $(x,y)$ of integers with $17x+23y=1990$ and $x>y$, and prove that there are no others.',
      },
      { id: 'question', statement: `${situation} Prove that the game ends.` },
      { id: 'other-question', statement: `${situation} How long can it last at most?` },
    ];
    const { kept, matches } = await decontaminated(context, rows);
    assert.deepEqual(
      kept,
      rows.map(({ id }) => id),
    );
    assert.deepEqual(
      matches.map(({ verdict, row }) => [verdict, row.id]),
      [
        ['near-miss', 'other-numbers'],
        ['near-miss', 'other-question'],
      ],
    );
    assert.ok((matches[0]?.numbers ?? 1) <= 0.5);
  });

  test('none where one of them is contaminated', async (context) => {
    // Half of the item is too little to be it, but the two rows are one.
    const item = heldOut.problems[0]?.statement ?? '';
    const rows = [
      { id: 'good', statement: other(0), solutions: ['x'] },
      { id: 'bad', statement: item },
      { id: 'equal', statement: plant(item, 're-wrapped', new Random('equal'), []), solutions: ['x', 'y'] },
    ];
    const { kept, dropped } = await decontaminated(context, rows, { against: [heldOut] });
    assert.deepEqual(kept, ['good']);
    assert.deepEqual([dropped.bad?.[0], dropped.equal?.[0]], ['contaminated', 'contaminated']);
  });
});

test('rows keep their order, and any number of threads gives the same bytes', async (context) => {
  const random = new Random('threads');
  const planted = heldOut.problems.map(({ id, statement }) => ({
    id: `planted-${id}`,
    statement: plant(statement, random.pick(plantForms), random, [clean[0]?.statement ?? '']),
  }));
  const copies = clean
    .slice(0, 50)
    .map(({ id, statement }) => ({ id: `copy-${id}`, statement: `${statement} ` }));
  // Padding makes several batches of it.
  const rows = random
    .shuffled([...clean, ...planted, ...copies])
    .map((row) => ({ ...row, solutions: ['x'.repeat(5000)] }));
  const one = await decontaminated(context, rows, { against: [heldOut] });
  const three = await decontaminated(context, rows, { against: [heldOut], threads: 3 });
  assert.equal(three.bytes, one.bytes);
  const order = new Map(rows.map(({ id }, i) => [id, i]));
  assert.deepEqual(
    one.kept,
    one.kept.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)),
  );
  assert.equal(one.kept.length + Object.keys(one.dropped).length, rows.length);
  assert.ok(Object.keys(one.dropped).length >= 100);
});

test('a bad line is told with its number, and leaves no step', async (context) => {
  const directory = temporaryDirectory(context);
  const input = path.join(directory, 'rows.jsonl');
  writeFileSync(input, '{"id":"a","statement":"x"}\n\n{"id":"b"}\n');
  const out = path.join(directory, 'out');
  const run = runDecontaminate({
    ...{ input, directory: out, against: [heldOut], settings: settingsSchema.parse({}), threads: 2 },
  });
  await assert.rejects(run, new RegExp(`^DataFileError: ${input}:3 {2}field statement`));
  assert.throws(() => readFileSync(path.join(out, 'step.json')), /ENOENT/);
});

test('an interrupted step leaves what was there', async (context) => {
  const controller = new AbortController();
  controller.abort();
  await assert.rejects(decontaminated(context, clean, { signal: controller.signal }), /abort/i);
});
