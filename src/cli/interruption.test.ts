import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { sameMilliseconds, watchInterruption } from './interruption.ts';

function watched() {
  let ends = 0;
  const source = Object.assign(new EventEmitter(), {
    end: () => {
      ends += 1;
    },
  });
  const clock = { time: 1000 };
  let first = 0;
  const interruption = watchInterruption({
    onFirst: () => {
      first += 1;
    },
    source,
    now: () => clock.time,
  });
  return { ends: () => ends, source, clock, interruption, first: () => first };
}

test('one press that arrives three times is one press', () => {
  const { ends, source, clock, interruption, first } = watched();
  for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM']) {
    source.emit(signal);
    clock.time += sameMilliseconds - 1;
  }
  assert.equal(first(), 1);
  assert.ok(interruption.signal.aborted);
  assert.equal(ends(), 0);
});

test('a second press ends the process at once', () => {
  const { ends, source, clock, first } = watched();
  source.emit('SIGINT');
  clock.time += sameMilliseconds;
  source.emit('SIGINT');
  assert.equal(first(), 1);
  assert.equal(ends(), 1);
});

test('SIGTERM and SIGHUP stop as Ctrl-C does, and nothing is heard after dispose', () => {
  for (const signal of ['SIGTERM', 'SIGHUP']) {
    const { source, interruption, first } = watched();
    source.emit(signal);
    assert.ok(interruption.signal.aborted);
    interruption.dispose();
    assert.equal(source.listenerCount(signal), 0);
    assert.equal(first(), 1);
  }
});
