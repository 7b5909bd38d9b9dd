import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFrom, uniformAt } from './random.ts';

test('a seed repeats its stream, and a fork does not depend on how far its parent has run', () => {
  const first = new Random('run', 1);
  const second = new Random('run', 1);
  const fork = first.fork('x').next();
  for (let i = 0; i < 100; i += 1) assert.equal(first.next(), second.next());
  assert.equal(first.fork('x').next(), fork);
  assert.notEqual(new Random('run', 2).next(), new Random('run', 1).next());
  assert.notEqual(seedFrom('ab', 'c'), seedFrom('a', 'bc'));
});

test('uniform numbers fill their range evenly, as a stream and by counter', () => {
  const stream = new Random(7);
  for (const draw of [() => stream.next(), counter(3), counter(4)]) {
    const bins = new Array<number>(20).fill(0);
    for (let i = 0; i < 40_000; i += 1) {
      const bin = Math.floor(draw() * 20);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const chiSquare = bins.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0);
    assert.ok(chiSquare < 43.8, `chi-square ${chiSquare} with 19 degrees of freedom (p = 0.001)`);
  }
});

test('neighbouring seeds and neighbouring counters are uncorrelated', () => {
  for (const pair of [
    (i: number) => [uniformAt(i, 0), uniformAt(i + 1, 0)],
    (i: number) => [uniformAt(9, i), uniformAt(9, i + 1)],
  ]) {
    let sum = 0;
    for (let i = 0; i < 20_000; i += 1) {
      const [x = 0, y = 0] = pair(i);
      sum += (x - 0.5) * (y - 0.5);
    }
    assert.ok(Math.abs((sum / 20_000) * 12) < 0.03);
  }
});

test('normal numbers have mean 0 and variance 1', () => {
  const random = new Random('normal');
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < 20_000; i += 1) {
    const x = random.normal();
    sum += x;
    squares += x * x;
  }
  assert.ok(Math.abs(sum / 20_000) < 0.03);
  assert.ok(Math.abs(squares / 20_000 - 1) < 0.05);
});

function counter(seed: number): () => number {
  let i = 0;
  return () => {
    i += 1;
    return uniformAt(seed, i);
  };
}

test('filling words goes on with the stream where it is, and the stream goes on behind them', () => {
  const [one, other] = [new Random('fill'), new Random('fill')];
  for (const length of [0, 1, 7, 1000]) {
    assert.equal(one.uint32(), other.uint32());
    const words = new Uint32Array(length);
    one.fill(words);
    assert.deepEqual(
      [...words],
      Array.from({ length }, () => other.uint32()),
    );
  }
  assert.equal(one.next(), other.next());
});
