import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineProgress } from './progress-lines.ts';
import { LiveProgress } from './progress-live.ts';
import { progressView } from './progress-view.ts';
import { displayWidth } from './text.ts';

class FakeStream {
  columns = 60;
  rows = 24;
  isTTY = true;
  readonly writes: string[] = [];
  /** The escape character is shown as a visible one. */
  write(text: string): void {
    this.writes.push(text.replaceAll('\u001b', '␛'));
  }
}

/** What a terminal of `columns` shows after the writes: it understands just what the view may send. */
function screen(writes: readonly string[], columns: number): string[] {
  const rows: string[][] = [[]];
  let row = 0;
  let column = 0;
  for (const [token] of writes.join('').matchAll(/␛\[(\d*)([A-Za-z])|[\s\S]/gu)) {
    const control = /^␛\[(\d*)([A-Za-z])$/.exec(token);
    const line = rows[row] ?? [];
    rows[row] = line;
    if (control === null) {
      if (token === '\n') {
        row += 1;
        column = 0;
        rows[row] ??= [];
      } else if (token === '\r') {
        column = 0;
      } else {
        assert.ok(column < columns, `a line is wider than ${columns} columns`);
        line[column] = token;
        column += 1;
      }
    } else if (control[2] === 'A') {
      row -= Number(control[1] || 1);
      assert.ok(row >= 0, 'the cursor left the screen');
    } else if (control[2] === 'K') {
      line.length = column;
    } else if (control[2] === 'J') {
      line.length = column;
      rows.length = row + 1;
    } else {
      assert.fail(`unexpected control sequence ${JSON.stringify(token)}`);
    }
  }
  return rows.map((line) =>
    Array.from(line, (character) => character ?? ' ')
      .join('')
      .trimEnd(),
  );
}

function liveView(columns = 60) {
  const stream = new FakeStream();
  stream.columns = columns;
  const clock = { time: 100 };
  let tick = (): void => undefined;
  const view = new LiveProgress(stream, {
    color: false,
    now: () => clock.time,
    every: (_milliseconds, callback) => {
      tick = callback;
      return () => undefined;
    },
  });
  return { stream, clock, view, tick: () => tick(), shown: () => screen(stream.writes, stream.columns) };
}

test('the live view shows stages, bar, figures and time left, and is redrawn in place', () => {
  const { clock, view, tick, shown } = liveView();
  view.plan(['data', 'pretrain', 'rl', 'report'], new Set(['data']));
  view.remark('lab in runs/lab: going on with the unfinished run');
  view.stageStarted('pretrain');
  clock.time += 10;
  view.stageFinished('pretrain', 130, 'loss 0.35');
  view.stageStarted('rl');
  for (let step = 1; step <= 5; step += 1) {
    clock.time += 2;
    view.step('rl', { step, steps: 10, figures: { reward: `0.${step}`, 'tok/s': '14.1k' } });
  }
  tick();
  assert.deepEqual(shown(), [
    'lab in runs/lab: going on with the unfinished run',
    '✓ data      done before',
    '✓ pretrain  2 min 10 s  loss 0.35',
    `▸ rl        ${'━'.repeat(15)}${'─'.repeat(15)}  5/10  10 s left`,
    '            reward 0.5  tok/s 14.1k',
    '· report',
    '',
  ]);
  clock.time += 3;
  tick();
  assert.match(shown()[3] ?? '', /7 s left$/, 'the time left goes on falling between two steps');
  view.remark('stopping after this step');
  assert.equal(shown()[1], 'stopping after this step');
  view.stageFinished('rl', 20, 'reward 0.5');
  view.close();
  assert.deepEqual(shown().slice(3), [
    '✓ pretrain  2 min 10 s  loss 0.35',
    '✓ rl        20 s  reward 0.5',
    '· report',
    '',
  ]);
});

test('at any width no line wraps', () => {
  for (const columns of [1, 2, 5, 10, 15, 20, 33, 47, 80, 200]) {
    const { clock, view, tick, shown } = liveView(columns);
    view.plan(['data', 'pretrain', 'evaluate'], new Set(['data']));
    view.stageStarted('pretrain');
    for (let step = 1; step <= 3; step += 1) {
      clock.time += 1000;
      view.step('pretrain', {
        step,
        steps: 1000,
        figures: { loss: '0.1234', 'va\u001b[2Jl': '证明'.repeat(30) },
      });
    }
    tick();
    // The screen itself asserts that nothing is written beyond its last column.
    for (const line of shown()) assert.ok(displayWidth(line) < Math.max(columns, 2), `${columns}: ${line}`);
  }
});

test('after the window was made narrower the wrapped old lines are overwritten too', () => {
  const { stream, view, tick } = liveView(80);
  view.plan(['data'], new Set());
  view.stageStarted('data');
  view.stageFinished('data', 1, 'x'.repeat(60));
  stream.columns = 40;
  view.stageStarted('data');
  tick();
  // `✓ data  1.0 s  xxx…` of 75 columns takes two rows of 40.
  assert.match(stream.writes.at(-1) ?? '', /^␛\[2A\r/);
});

test('a frame that says the same is not drawn again, and none is after close', () => {
  const { stream, clock, view, tick } = liveView();
  view.plan(['data'], new Set());
  view.stageStarted('data');
  const count = stream.writes.length;
  tick();
  tick();
  assert.equal(stream.writes.length, count);
  clock.time += 5;
  tick();
  assert.equal(stream.writes.length, count + 1);
  view.close();
  view.remark('late');
  tick();
  assert.equal(stream.writes.length, count + 1);
});

test('a window of few lines shows only the running stage', () => {
  const { stream, view, shown } = liveView();
  stream.rows = 3;
  view.plan(['data', 'pretrain', 'sft', 'report'], new Set());
  view.stageStarted('sft');
  assert.deepEqual(shown(), ['▸ sft       0 s', '']);
});

test('colours are there on a terminal and not with NO_COLOR; a dumb terminal and a pipe get lines', () => {
  const wrote = (environment: Record<string, string>, isTTY = true): string => {
    const stream = new FakeStream();
    stream.isTTY = isTTY;
    const view = progressView(stream, environment);
    view.plan(['data'], new Set(['data']));
    view.close();
    return stream.writes.join('');
  };
  assert.match(wrote({}), /␛\[32m✓/);
  assert.doesNotMatch(wrote({ NO_COLOR: '1' }), /␛\[\d*m/);
  assert.match(wrote({ NO_COLOR: '1' }), /✓ data/);
  assert.equal(wrote({ TERM: 'dumb' }), 'stages: data (done)\n');
  assert.equal(wrote({}, false), 'stages: data (done)\n');
});

test('lines: every step of rl, a line in two seconds and every validation of supervised stages', () => {
  const stream = new FakeStream();
  let time = 0;
  const view = new LineProgress(stream, () => time);
  view.plan(['data', 'sft', 'rl'], new Set(['data']));
  view.stageStarted('sft');
  for (let step = 1; step <= 50; step += 1) {
    time += 0.125;
    const validation = step === 7 ? { 'val loss': '0.9' } : {};
    view.step('sft', { step, steps: 50, figures: { loss: '1.0', ...validation } });
  }
  view.stageFinished('sft', 5, 'loss 1.0');
  view.stageStarted('rl');
  for (let step = 1; step <= 3; step += 1) {
    time += 2;
    view.step('rl', { step, steps: 3, figures: { reward: `0.${step}` } });
  }
  view.stageFinished('rl', 6.54, '');
  view.remark('two\nlines \u001b[31mred\u001b[0m');
  view.close();
  view.remark('late');
  assert.equal(
    stream.writes.join(''),
    `stages: data (done), sft, rl
sft started
sft 1/50  loss 1.0
sft 7/50  loss 1.0  val loss 0.9  left 5 s
sft 23/50  loss 1.0  left 3 s
sft 39/50  loss 1.0  left 1 s
sft 50/50  loss 1.0
sft finished in 5 s: loss 1.0
rl started
rl 1/3  reward 0.1
rl 2/3  reward 0.2  left 2 s
rl 3/3  reward 0.3
rl finished in 6.5 s
two lines red
`,
  );
});
