/**
 * Human grading as a browser does it, over real benchmark runs: queues, grades, taking back, two tabs, two people, what stays
 * hidden, damage, a full disk, and that calibration reads what was written.
 */
import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { recordRun } from '../../../bench/fixtures/recorded-run.ts';
import { type LineLayer, nodeLineLayer } from '../../../journal/durable-lines.ts';
import { temporaryDirectory } from '../../../journal/fixtures/temporary-directory.ts';
import { openGradedSet } from '../../../problems/graded/open-graded-set.ts';
import { problemSchema } from '../../../problems/problem.ts';
import type {
  AgreementView,
  BlindItem,
  GivenGrade,
  GradeExport,
  GraderView,
  NewQueue,
  NewQueueReply,
  QueueList,
} from '../../../view/api/grades.ts';
import { Workplace } from '../../../view/workplace.ts';
import { createWebApp } from '../web-app.ts';

const own = { host: 'localhost:7360' };
const problems = Array.from({ length: 4 }, (_, index) =>
  problemSchema.parse({
    id: `p${index}`,
    statement: `Prove claim $x^${index} \\ge 0$.`,
    solutions: ['Squares are not negative.'],
    ...(index % 2 === 0 && {
      scheme: {
        checkpoints: [
          { id: 'C1', points: 3, description: 'Begins.' },
          { id: 'C2', points: 4, description: 'Ends.' },
        ],
        deductions: [{ points: 1, description: 'A gap.' }],
      },
    }),
  }),
);

interface Grading {
  readonly folder: string;
  readonly get: <Value>(place: string) => Promise<Value>;
  readonly status: (place: string) => Promise<number>;
  readonly post: (
    place: string,
    body: object,
  ) => Promise<{ readonly status: number; readonly body: unknown }>;
  readonly queue: (fields?: Partial<NewQueue>) => Promise<NewQueueReply>;
}

async function grading(context: TestContext, layer?: LineLayer): Promise<Grading> {
  const folder = temporaryDirectory(context);
  // The judge likes `bluffer`, and could not be read once.
  await recordRun(path.join(folder, 'honest'), {
    model: 'honest',
    problems,
    points_P_R: [[7], [3], [0], [null]],
  });
  await recordRun(path.join(folder, 'bluffer'), {
    model: 'bluffer',
    problems,
    points_P_R: [[7], [7], [7], [6]],
  });
  const workplace = new Workplace({ folder });
  context.after(() => workplace.close());
  const app = createWebApp({
    ...{ workplace, appDirectory: folder, host: '127.0.0.1' },
    ...(layer === undefined ? {} : { lineLayer: layer }),
  });
  const get = (place: string) => app.request(`/api/grades/${place}`, { headers: own });
  const post: Grading['post'] = async (place, body) => {
    const request = {
      method: 'POST',
      headers: { ...own, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const response = await app.request(`/api/grades/${place}`, request);
    return { status: response.status, body: (await response.json().catch(() => undefined)) as unknown };
  };
  return {
    folder,
    post,
    get: async <Value>(place: string) => {
      const response = await get(place);
      const body = (await response.json()) as Value;
      assert.equal(response.status, 200, JSON.stringify(body));
      return body;
    },
    status: async (place) => (await get(place)).status,
    queue: async (fields = {}) => {
      const asked: NewQueue = {
        ...{ title: 'First queue', sources: ['bench:honest', 'bench:bluffer'], seed: 1, limit: null },
        ...{ choose: { kind: 'all' }, showsSystems: false, showsReference: true, ...fields },
      };
      const { status, body } = await post('queues', asked);
      assert.equal(status, 200, JSON.stringify(body));
      return body as NewQueueReply;
    },
  };
}

const plain: GivenGrade = {
  ...{ points: 2, overrideReason: '', comment: '', confidence: null, style: [], styleNote: '' },
  marks: { checkpoints: {}, deductions: {}, limits: [] },
};

let lines = 0;
const line = (grader: string, item: string, fields: object = {}) => {
  lines += 1;
  return {
    ...{ id: `line-${String(lines).padStart(6, '0')}`, queue: 'first-queue', grader, item, after: null },
    ...{ seconds: 30, shown: 1, grade: plain, ...fields },
  };
};
const logged = (grader: string, what: string, fields: object = {}) => {
  lines += 1;
  return {
    id: `entry-${String(lines).padStart(6, '0')}`,
    queue: 'first-queue',
    grader,
    what,
    item: null,
    reason: '',
    ...fields,
  };
};

test('nothing that the browser gets before the end says who wrote a proof or what a judge gave', async (t) => {
  const { get, status, post, queue, folder } = await grading(t);
  assert.deepEqual(await queue(), { queue: 'first-queue', items: 8 });
  const state = await get<GraderView>('grader/first-queue/ada.json');
  const answers = [
    JSON.stringify(await get<QueueList>('queues.json')),
    JSON.stringify(state),
    ...(await Promise.all(
      state.items.map(async ({ item }) =>
        JSON.stringify(await get<BlindItem>(`item/first-queue/${item}.json`)),
      ),
    )),
  ];
  for (const answer of answers) assert.doesNotMatch(answer, /honest|bluffer|judge-1|unparsable/);
  assert.match(answers[2] ?? '', /<math/);
  for (const hidden of [
    'agreement/first-queue/ada',
    'export/first-queue/ada',
    'revealed/first-queue/ada/1',
  ]) {
    assert.equal(await status(`${hidden}.json`), 404, hidden);
  }
  assert.equal((await post('adjudications', { of: 'first-queue', grader: 'ada' })).status, 403);
  assert.equal((await post('log', logged('ada', 'finished'))).status, 400);
  await post('log', logged('ada', 'unblinded', { reason: 'curious' }));
  assert.equal(await status('agreement/first-queue/ada.json'), 200);
  assert.equal(await status('agreement/first-queue/grace.json'), 404);
  await post('grades', line('ada', '1', { grade: { ...plain, points: 2, overrideReason: 'as a whole' } }));
  const [record] = linesOf(folder, 'first-queue.jsonl');
  assert.deepEqual([record?.blind, record?.grader, record?.by], [false, 'ada', 'person']);
});

test('a queue is the same for the same seed, and everybody has an order of their own', async (t) => {
  const { queue, folder, get, post } = await grading(t);
  await queue();
  await queue();
  await queue({ seed: 2 });
  const proofs = (name: string) =>
    linesOf(folder, `${name}.queue.jsonl`).flatMap(({ proof_id: id }) => id ?? []);
  assert.deepEqual(proofs('first-queue-2'), proofs('first-queue'));
  assert.notDeepEqual(proofs('first-queue-3'), proofs('first-queue'));
  assert.deepEqual(proofs('first-queue-3').toSorted(), proofs('first-queue').toSorted());
  const orderOf = async (grader: string) =>
    (await get<GraderView>(`grader/first-queue/${grader}.json`)).items.map(({ item }) => item);
  assert.notDeepEqual(await orderOf('ada'), await orderOf('grace'));
  assert.deepEqual(await orderOf('ada'), await orderOf('ada'));
  assert.equal((await queue({ choose: { kind: 'per-problem', count: 1 } })).items, 4);
  assert.equal((await queue({ choose: { kind: 'per-band', count: 1 } })).items, 5);
  assert.equal((await queue({ choose: { kind: 'ungraded' } })).items, 1);
  assert.equal((await queue({ limit: 3 })).items, 3);
  writeFileSync(path.join(folder, 'other.jsonl'), '{"id":"p0","statement":"Prove it."}\n');
  const other = {
    title: 'Other',
    sources: ['file::other.jsonl'],
    seed: 1,
    limit: null,
    choose: { kind: 'all' },
  };
  const refused = await post('queues', { ...other, showsSystems: false, showsReference: true });
  assert.equal(refused.status, 400);
  assert.match(JSON.stringify(refused.body), /other\.jsonl: line 1 is no graded proof/);
});

test('points rest on the scheme: the sum is checked, and another number needs a reason', async (t) => {
  const { post, queue, folder } = await grading(t);
  await queue({ sources: ['bench:honest'], choose: { kind: 'all' } });
  const item =
    linesOf(folder, 'first-queue.queue.jsonl').find(({ problem }) => problem?.id === 'p0')?.item ?? '';
  const marks = { checkpoints: { C1: 3, C2: 2 }, deductions: { D1: 1 }, limits: [] };
  const wrong = await post('grades', line('ada', item, { grade: { ...plain, points: 6, marks } }));
  assert.equal(wrong.status, 400);
  assert.match(JSON.stringify(wrong.body), /the marks come to 4, so 6 points need a reason/);
  const beyond = { ...marks, checkpoints: { C1: 9 } };
  assert.equal((await post('grades', line('ada', item, { grade: { ...plain, marks: beyond } }))).status, 400);
  const sum = line('ada', item, {
    grade: { ...plain, points: 4, marks, style: ['bluffs'], styleNote: 'hand-waving' },
  });
  assert.equal((await post('grades', sum)).status, 200);
  const other = { ...plain, points: 6, marks, overrideReason: 'the gap is harmless', confidence: 0.75 };
  assert.equal((await post('grades', line('ada', item, { after: sum.id, grade: other }))).status, 200);
  const [first, second] = linesOf(folder, 'first-queue.jsonl');
  assert.deepEqual([first?.points, first?.by_scheme, first?.style], [4, 4, ['bluffs']]);
  assert.deepEqual(
    [second?.points, second?.by_scheme, second?.override_reason],
    [6, 4, 'the gap is harmless'],
  );
});

test('two tabs never overwrite each other, what is sent twice is there once, and undo takes back', async (t) => {
  const { post, queue, folder, get } = await grading(t);
  await queue({ sources: ['bench:honest'] });
  const first = line('ada', '1');
  assert.equal((await post('grades', first)).status, 200);
  assert.equal((await post('grades', first)).status, 200);
  assert.equal(linesOf(folder, 'first-queue.jsonl').length, 1);
  // The other tab opened the proof before that.
  const late = await post('grades', line('ada', '1', { grade: { ...plain, points: 7 } }));
  assert.equal(late.status, 409);
  assert.match(JSON.stringify(late.body), /another tab/);
  // Another person has nothing to do with it.
  assert.equal((await post('grades', line('grace', '1', { grade: { ...plain, points: 5 } }))).status, 200);
  const many = await Promise.all(Array.from({ length: 12 }, () => post('grades', line('ada', '2'))));
  assert.deepEqual(
    many
      .map(({ status }) => status)
      .sort()
      .slice(0, 2),
    [200, 409],
  );
  assert.equal((await post('grades', line('ada', '1', { after: first.id, grade: null }))).status, 200);
  const { items, graded } = await get<GraderView>('grader/first-queue/ada.json');
  assert.deepEqual([graded, items.find(({ item }) => item === '1')?.status], [1, 'open']);
  await post('log', logged('ada', 'skipped', { item: '3' }));
  const after = await get<GraderView>('grader/first-queue/ada.json');
  assert.deepEqual([after.graded, after.skipped, after.open], [1, 1, 2]);
});

test('a full disk is told and loses nothing; a torn line is mended; a damaged one costs no other', async (t) => {
  let isFull = false;
  const layer: LineLayer = {
    ...nodeLineLayer,
    open: async (file) => {
      if (isFull) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      return await nodeLineLayer.open(file);
    },
  };
  const { post, queue, folder, get } = await grading(t, layer);
  await queue({ sources: ['bench:honest'] });
  assert.equal((await post('grades', line('ada', '1'))).status, 200);
  isFull = true;
  const refused = await post('grades', line('ada', '2'));
  assert.equal(refused.status, 507);
  assert.match(JSON.stringify(refused.body), /Nothing was saved: the disk .* is full/);
  isFull = false;
  const file = path.join(folder, 'human-grades', 'first-queue.jsonl');
  appendFileSync(file, '{"form":"qed-grade","torn');
  assert.equal((await get<GraderView>('grader/first-queue/ada.json')).graded, 1);
  assert.equal((await post('grades', line('ada', '2'))).status, 200);
  assert.equal(linesOf(folder, 'first-queue.jsonl').length, 2);
  writeFileSync(file, `damaged\n${readFileSync(file, 'utf8')}`);
  const { queues } = await get<QueueList>('queues.json');
  assert.deepEqual([queues[0]?.graders[0]?.graded, queues[0]?.troubles.length], [2, 1]);
  assert.match(queues[0]?.troubles[0] ?? '', /human-grades\/first-queue.jsonl:1 {2}the line is damaged/);
});

test('afterwards: agreement, discrepancies, style by system, settling, and calibration reads the file', async (t) => {
  const { post, queue, folder, get, status } = await grading(t);
  await queue();
  const items = linesOf(folder, 'first-queue.queue.jsonl').slice(1);
  const truth = (from: string, problem: string) => (from.startsWith('honest') && problem === 'p0' ? 7 : 1);
  for (const [grader, more] of [
    ['ada', 0],
    ['grace', 2],
  ] as const) {
    for (const { item = '', from = '', problem } of items) {
      const points = Math.min(7, truth(from, problem?.id ?? '') + (item === '1' ? more : 0));
      const style = from.startsWith('bluffer') ? ['bluffs'] : ['clear'];
      const given = { ...plain, points, style, comment: `worth ${points}` };
      assert.equal((await post('grades', line(grader, item, { grade: given }))).status, 200);
    }
    assert.equal((await post('log', logged(grader, 'finished'))).status, 200);
  }
  const view = await get<AgreementView>('agreement/first-queue/ada.json');
  assert.deepEqual([view.graded, view.people, view.seen], [8, ['ada', 'grace'], 0]);
  const [judge, people] = view.pairs;
  assert.deepEqual([judge?.who, judge?.kind, judge?.compared, judge?.ungraded], ['judge-1', 'judge', 7, 1]);
  assert.ok((judge?.figures.bias?.estimate ?? 0) > 2);
  assert.deepEqual([people?.who, people?.against, people?.compared], ['grace', 'ada', 8]);
  assert.equal(people?.figures.withinOne?.estimate, 7 / 8);
  assert.equal(
    judge?.confusion.flat().reduce((sum, count) => sum + count, 0),
    7,
  );
  const bluffer = view.systems.find(({ system }) => system.startsWith('bluffer'));
  const honest = view.systems.find(({ system }) => system.startsWith('honest'));
  assert.ok((bluffer?.judges[0]?.bias?.estimate ?? 0) > (honest?.judges[0]?.bias?.estimate ?? 0) + 3);
  assert.ok(view.discrepancies.length >= 4);
  assert.ok(
    view.discrepancies.every(
      ({ system, points, people: given }) => system.startsWith('bluffer') && points > given,
    ),
  );
  assert.deepEqual(
    view.style.rows.map(({ id, counts }) => [id, counts.toSorted()]),
    [
      ['clear', [0, 4]],
      ['bluffs', [0, 4]],
    ],
  );
  assert.equal(view.adjudicable, 2);

  const made = await post('adjudications', { of: 'first-queue', grader: 'ada' });
  const { queue: settling, items: count } = made.body as NewQueueReply;
  assert.deepEqual([made.status, count], [200, 2]);
  const differing = linesOf(folder, `${settling}.queue.jsonl`).find(
    ({ proof_id: id }) => id === items[0]?.proof_id,
  );
  const blind = await get<BlindItem>(`item/${settling}/${differing?.item ?? ''}.json`);
  assert.deepEqual(
    blind.before.map(({ by }) => by),
    ['Grader A', 'Grader B'],
  );
  assert.doesNotMatch(JSON.stringify(blind), /ada|grace|honest|bluffer/);
  assert.equal(await status(`agreement/${settling}/ada.json`), 404);
  const final = { ...plain, points: 0, overrideReason: '' };
  await post('grades', { ...line('emmy', differing?.item ?? '', { grade: final }), queue: settling });
  const after = await get<AgreementView>('agreement/first-queue/ada.json');
  assert.match(after.reference, /of 1 proofs what was settled/);
  assert.equal(after.adjudicable, 1);

  const set = await openGradedSet(path.join(folder, view.file), { environment: {} });
  assert.deepEqual([set.proofs.length, set.faults, set.ungraded], [8, [], 0]);
  const first = set.proofs.find(({ id }) => id === items[0]?.proof_id);
  assert.equal(first?.grader, 'ada, grace');
  assert.equal(
    first?.grade.kind === 'points' && Math.abs((first.grade.ratings[0] ?? 0) - (first.grade.ratings[1] ?? 0)),
    2,
  );
  const { csv, jsonl } = await get<GradeExport>('export/first-queue/grace.json');
  assert.equal(csv.trim().split('\r\n').length, 17);
  assert.equal(jsonl, readFileSync(path.join(folder, view.file), 'utf8'));
  assert.deepEqual(
    readdirSync(path.join(folder, 'human-grades')).filter((name) => name.endsWith('.torn')),
    [],
  );
});

interface Line {
  readonly proof_id?: string;
  readonly item?: string;
  readonly from?: string;
  readonly problem?: { readonly id: string };
  readonly points?: number | null;
  readonly by_scheme?: number;
  readonly override_reason?: string;
  readonly style?: readonly string[];
  readonly blind?: boolean;
  readonly grader?: string;
  readonly by?: string;
}

function linesOf(folder: string, name: string): Line[] {
  return readFileSync(path.join(folder, 'human-grades', name), 'utf8')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Line);
}
