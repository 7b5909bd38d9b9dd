import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { buildReport } from './build-report.ts';
import { bracket, decimal, signed } from './format.ts';
import { reportFixture, textOnlyFixture } from './report-fixture.ts';
import type { ReportInput } from './report-input.ts';
import { reportSchema } from './report-schema.ts';

const whole = reportFixture({ withRc: true, problems: 48 });
const { json, html } = buildReport(whole);
const textOf = (page: string) => parseHTML(page).document.body.textContent.replace(/\s+/g, ' ');

test('report.json survives a round trip and holds exactly its schema', () => {
  assert.deepEqual(reportSchema.parse(JSON.parse(JSON.stringify(json))), json);
  assert.equal(reportSchema.safeParse({ ...json, extra: 1 }).success, false);
  assert.deepEqual(Object.keys(json), [
    'version',
    'recipe',
    'seeds',
    'seconds',
    'stages',
    'scores',
    'effects',
  ]);
  assert.deepEqual(
    json.scores.filter(({ checkpoint }) => checkpoint === 'rl').map(({ scaffold }) => scaffold),
    ['single', 'reasoning-cache@turn-1', 'reasoning-cache@turn-2', 'reasoning-cache'],
  );
  const [first] = json.scores;
  const scores = whole.evaluations[0]?.attempts_P_A.flat().map(({ score }) => score ?? 0) ?? [];
  assert.ok(first !== undefined);
  assert.ok(Math.abs(first.mean - (100 * scores.reduce((sum, s) => sum + s, 0)) / scores.length) < 1e-9);
  assert.equal(first.n, 48 * 4);
  assert.ok(first.ci[0] < first.mean && first.mean < first.ci[1]);
});

test('the same input gives the same bytes', () => {
  assert.equal(buildReport(whole).html, html);
});

test('the page carries the figures of report.json', () => {
  const text = textOf(html);
  for (const score of json.scores.filter(({ scaffold }) => scaffold === 'single')) {
    const [low, high] = score.ci;
    assert.ok(text.includes(`${decimal(score.mean)} ${bracket({ low, high })}`), score.checkpoint);
  }
  for (const { id, estimate, ci, shown } of json.effects) {
    const [low, high] = ci;
    assert.ok(text.includes(`${signed(estimate)} ${bracket({ low, high })}`), id);
    if (id === 'rl-over-sft') {
      const verdict = `RL ${signed(estimate)} points over SFT ${bracket({ low, high })}: ${shown ? 'shown' : 'not shown'}`;
      assert.ok(text.includes(verdict), verdict);
    }
  }
  for (const part of [
    '10 min 12 s',
    'lab-test',
    '4 min 11 s',
    '1.20 M',
    'groupSize: 16',
    'Example CPU 3.0 GHz',
  ]) {
    assert.ok(text.replaceAll('\u00a0', ' ').includes(part), part);
  }
  for (const part of [
    'Grading scheme',
    'a step that the goal does not need',
    'No proof.',
    'Held-out score',
  ]) {
    assert.ok(text.includes(part), part);
  }
});

test('the page stands alone: no script, no handler, no address of another place', () => {
  const { document } = parseHTML(html);
  assert.equal(document.querySelectorAll('script, link, iframe, img, object, embed, form, base').length, 0);
  assert.ok(!/(?:https?:)?\/\/[a-z]/i.test(html.replaceAll(/ xmlns(?::\w+)?="[^"]*"/g, '')));
  assert.ok(!/url\(|@import|@font-face/.test(html));
  for (const element of document.querySelectorAll('*')) {
    for (const { name } of element.attributes) {
      assert.ok(!/^(?:on|src$|href$|xlink)/i.test(name), `${element.tagName} has ${name}`);
    }
  }
  assert.match(
    html,
    /Content-Security-Policy" content="default-src &#39;none&#39;|Content-Security-Policy" content="default-src 'none'/,
  );
});

test('every drawing has a role and a text for those who cannot see it', () => {
  const drawings = [...parseHTML(html).document.querySelectorAll('figure svg')];
  assert.ok(drawings.length >= 12, `${drawings.length} drawings`);
  for (const svg of drawings) {
    assert.equal(svg.getAttribute('role'), 'img');
    assert.ok((svg.getAttribute('aria-label') ?? '').length > 20);
    assert.ok(!/NaN|undefined|Infinity/.test(svg.outerHTML));
  }
});

test('hostile text stays text, wherever it comes from', () => {
  const attack = `</pre></style></title><script>alert(1)</script><img src=x onerror=alert(2)>" onload="x' {{x}} \u202e`;
  const answer = whole.examples[0]?.answers[0];
  assert.ok(answer !== undefined);
  const hostile: ReportInput = {
    ...whole,
    name: attack,
    description: attack,
    recipeYaml: attack,
    started: attack,
    unfinishedStages: [attack],
    stages: [{ id: attack, seconds: 1, trainedTokens: 1, sampledTokens: 1 }],
    supervised: whole.supervised.map((curve) => ({ ...curve, stage: attack })),
    evaluations: whole.evaluations.map((evaluation) => ({ ...evaluation, suite: attack })),
    examples: [
      {
        id: attack,
        statement: attack,
        scheme: {
          maximumPoints: 7,
          checkpoints: [{ id: attack, points: 7, description: attack }],
          zeroCredit: [attack],
          deductions: [{ points: 1, description: attack }],
        },
        answers: [
          {
            ...answer,
            reasoning: attack,
            proof: attack,
            grade: {
              kind: 'graded',
              points: 0,
              report: attack,
              items: [{ what: attack, points: 0, reason: `${attack}!` }],
              grader: attack,
            },
          },
          { ...answer, grade: { kind: 'ungraded', cause: 'unparsable', detail: attack, grader: attack } },
        ],
      },
    ],
    samples: [{ checkpoint: 'sft', prompt: attack, text: attack }],
    environment: { cpu: attack, cores: 1, node: attack, qed: attack },
  };
  const page = buildReport(hostile).html;
  assert.ok(!page.includes('<script') && !page.includes('<img') && !page.includes('\u202e'));
  const { document } = parseHTML(page);
  assert.equal(document.querySelectorAll('script, img, [onerror], [onload]').length, 0);
  assert.ok(document.body.textContent.includes('<script>alert(1)</script>'));
});

test('a run on real texts reports losses and samples, and says what it lacks', () => {
  const input = textOnlyFixture();
  const report = buildReport(input);
  assert.deepEqual([report.json.scores, report.json.effects], [[], []]);
  const text = textOf(report.html);
  for (const part of [
    'SFT: held-out loss ',
    'Nothing was evaluated: this run has no scores.',
    'Not part of this run: reinforcement learning, evaluation and effects, graded example proofs',
    'Supervised fine-tuning',
    'Sample texts',
    'which is even, so we are done',
  ]) {
    assert.ok(text.includes(part), part);
  }
});

test('a run of which nothing is there yet still makes a report', () => {
  const empty: ReportInput = {
    ...whole,
    seconds: 0,
    unfinishedStages: ['pretrain', 'sft'],
    stages: [],
    supervised: [{ stage: 'pretrain', checkpoint: 'base', points: [] }],
    rl: [{ stage: 'rl', checkpoint: 'rl', from: 'sft', tokenLimit: 48, points: [] }],
    evaluations: [],
    examples: [],
  };
  const text = textOf(buildReport(empty).html);
  assert.ok(text.includes('unfinished: pretrain, sft to come'));
  assert.ok(text.includes('Nothing was evaluated yet'));
  assert.ok(text.includes('Not part of this run so far: supervised learning curves'));
});

test('one step, one point, one problem: every chart still draws', () => {
  const tiny: ReportInput = {
    ...whole,
    supervised: whole.supervised.map((curve) => ({ ...curve, points: curve.points.slice(0, 1) })),
    rl: whole.rl.map((curve) => ({ ...curve, points: curve.points.slice(0, 1) })),
    evaluations: reportFixture({ problems: 1 }).evaluations,
  };
  assert.ok(!/NaN|Infinity/.test(buildReport(tiny).html));
});

test('ungraded attempts are left out and counted in words; a wholly ungraded evaluation has no score', () => {
  const [first, ...others] = whole.evaluations;
  assert.ok(first !== undefined);
  const some: ReportInput = {
    ...whole,
    evaluations: [
      {
        ...first,
        attempts_P_A: first.attempts_P_A.map((a, p) => (p === 0 ? a.map((x) => ({ ...x, score: null })) : a)),
      },
      ...others,
    ],
  };
  const report = buildReport(some);
  assert.equal(report.json.scores[0]?.n, 47 * 4);
  assert.ok(textOf(report.html).includes('4 attempts could not be graded'));
  const none = buildReport({
    ...whole,
    evaluations: [
      { ...first, attempts_P_A: first.attempts_P_A.map((a) => a.map((x) => ({ ...x, score: null }))) },
    ],
  });
  assert.deepEqual(none.json.scores, []);
});

test('with several seeds, each row has the gain of its own seed, and the effects say that they pool', () => {
  const report = buildReport(reportFixture({ seeds: [1, 2], problems: 24 }));
  const { document } = parseHTML(report.html);
  const rows = [...document.querySelectorAll('.scores tbody tr')];
  assert.equal(rows.length, 6);
  const gains = rows.map((row) => row.querySelector('[data-name="Gain"]')?.textContent);
  assert.equal(new Set(gains).size, 5, 'two rows of base have none; the four others differ');
  assert.ok(textOf(report.html).includes('Attempts of 2 seeds are pooled'));
  assert.deepEqual([...new Set(report.json.scores.map(({ seed }) => seed))], [1, 2]);
});

test('the table of scores has the last turn of the reasoning cache, where it was run', () => {
  const { document } = parseHTML(html);
  const cells = [...document.querySelectorAll('.scores [data-name="Cache"]')].map((cell) => cell.textContent);
  const last = json.scores.filter(({ scaffold }) => scaffold === 'reasoning-cache');
  assert.deepEqual(
    cells,
    last.map(({ mean, ci: [low, high] }) => `${decimal(mean)} ${bracket({ low, high })}`),
  );
  assert.ok(textOf(html).includes('Reasoning cache, turn 3'));
  assert.ok(textOf(html).includes('first turn is a draw of its own'));
  const singles = whole.evaluations.filter(({ scaffold }) => scaffold === 'single');
  const without = buildReport({ ...whole, evaluations: singles }).html;
  assert.ok(!/data-name="Cache">|draw of its own/.test(without));
});

test('a run of zeros: axes keep an extent, steps are whole, and RL says that it taught nothing', () => {
  const zero = { trained: 0, allZero: 4, allEqual: 0, ungraded: 0 };
  const flat: ReportInput = {
    ...whole,
    rl: whole.rl.slice(0, 1).map((curve) => ({
      ...curve,
      points: curve.points.slice(0, 3).map(({ entropy: _, heldOut: __, ...point }) => ({
        ...point,
        reward: 0,
        overflowShare: 0,
        gradientNorm: 0,
        mismatchKl: 0,
        maxRatio: 0,
        groups: zero,
        heldOut: { score: 0, ci: [0, 0] as const },
      })),
    })),
    evaluations: whole.evaluations.map((evaluation) => ({
      ...evaluation,
      attempts_P_A: evaluation.attempts_P_A.map((row) => row.map((attempt) => ({ ...attempt, score: 0 }))),
    })),
  };
  const page = buildReport(flat).html;
  const text = textOf(page);
  assert.ok(
    text.includes(
      'No group taught anything in 3 of 3 steps: the RL checkpoint equals the one it began from.',
    ),
  );
  assert.ok(!/e\+0 nats|sampler and trainer/.test(text));
  assert.ok(text.includes('not shown: could be chance'));
  const { document } = parseHTML(page);
  const ticks = (axis: 'x' | 'y', title: string) => {
    const figures = [...document.querySelectorAll('figure')];
    const found = figures.find((f) => f.querySelector('figcaption b')?.textContent === title);
    const label = `${axis}-axis tick label`;
    return [...(found?.querySelectorAll(`[aria-label="${label}"] text`) ?? [])].map((t) => t.textContent);
  };
  for (const title of ['Reward', 'Overflow', 'Held-out score', 'Score by turn']) {
    assert.deepEqual(ticks('y', title), ['0', '2', '4', '6', '8', '10'], title);
  }
  assert.deepEqual(ticks('x', 'Reward'), ['1', '2', '3']);
  assert.ok(!buildReport(whole).html.includes('taught anything in'));
});
