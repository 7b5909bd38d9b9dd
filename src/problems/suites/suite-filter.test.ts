import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Problem, problemSchema } from '../problem.ts';
import { SuiteError } from './suite-error.ts';
import { filterProblems, parseSuiteFilter } from './suite-filter.ts';

const problems: readonly Problem[] = Array.from({ length: 40 }, (_, index) =>
  problemSchema.parse({
    id: `toy-${index}`,
    statement: `Prove claim ${index}.`,
    tags: { category: index % 2 === 0 ? 'Number theory' : 'Geometry', year: 2020 + (index % 4) },
  }),
);
const idsOf = (text: string): string[] =>
  filterProblems(problems, parseSuiteFilter(text)).map(({ id }) => id);

test('tags, alternatives and ids narrow a suite, in its order', () => {
  assert.equal(idsOf('category=geometry').length, 20);
  assert.equal(idsOf('CATEGORY=number theory, year=2020|2022').length, 20);
  assert.equal(idsOf('category=Geometry,year=2021').length, 10);
  assert.deepEqual(idsOf('ids=toy-7|toy-3'), ['toy-3', 'toy-7']);
  assert.deepEqual(idsOf('').length, 40);
});

test('a limit takes a sample of the seed, and a larger one keeps the smaller', () => {
  const five = idsOf('limit=5,seed=1');
  assert.equal(five.length, 5);
  assert.deepEqual(idsOf('limit=5,seed=1'), five);
  assert.notDeepEqual(idsOf('limit=5,seed=2'), five);
  const twelve = idsOf('limit=12,seed=1');
  assert.ok(five.every((id) => twelve.includes(id)));
  assert.deepEqual(
    twelve,
    idsOf('').filter((id) => twelve.includes(id)),
  );
  assert.equal(idsOf('limit=99').length, 40);
  // Who is drawn does not depend on who else is there.
  const geometry = idsOf('category=Geometry,limit=3,seed=1');
  const drawn = idsOf('limit=20,seed=1').filter((id) => idsOf('category=Geometry').includes(id));
  assert.ok(geometry.every((id) => drawn.includes(id)) || drawn.every((id) => geometry.includes(id)));
});

test('what can match nothing is refused with what could', () => {
  const refused = (text: string, message: RegExp): void => {
    assert.throws(
      () => idsOf(text),
      (error) => error instanceof SuiteError && message.test(error.message),
    );
  };
  refused('levle=hard', /levle: no problem of the suite has this tag; its tags are category, year/);
  refused('category=Algebra', /category=Algebra: no problem has it; there are Geometry, Number theory/);
  refused('ids=toy-1|toy-99', /ids=toy-99: the suite has no such problem/);
  refused('category=Geometry,ids=toy-2', /no problem matches all/);
  refused('limit=0', /a whole number of at least 1/);
  refused('seed=x', /a whole number of at least 0/);
  refused('category', /a filter is written/);
  refused('category=', /a filter is written/);
});
