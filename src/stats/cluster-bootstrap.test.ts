import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterBootstrap, clusterBootstrapAll } from './cluster-bootstrap.ts';
import { meanInterval } from './mean-interval.ts';
import { mean } from './moments.ts';
import { Random } from './random.ts';

const meanOf = (clusters: readonly (readonly number[])[]) => mean(clusters.flat());
const options = (seed = 'clusters') => ({ random: new Random(seed), resamples: 2000 });

test('of a mean of single values it is the bootstrap of the mean', () => {
  const random = new Random('values');
  const clusters = Array.from({ length: 40 }, () => [random.normal()]);
  const found = clusterBootstrap(clusters, meanOf, options())?.interval;
  const expected = meanInterval(clusters, options());
  assert.ok(found !== undefined);
  assert.equal(found.estimate, expected.estimate);
  assert.ok(Math.abs(found.low - expected.low) < 0.04 && Math.abs(found.high - expected.high) < 0.04);
});

test('values that repeat within their cluster count once: ten copies make the interval no narrower', () => {
  const random = new Random('copies');
  const single = Array.from({ length: 30 }, () => [random.normal()]);
  const copies = single.map(([value = 0]) => new Array<number>(10).fill(value));
  const [one, ten] = [single, copies].map(
    (clusters) => clusterBootstrap(clusters, meanOf, options())?.interval,
  );
  assert.ok(one !== undefined && ten !== undefined);
  assert.ok(Math.abs(one.low - ten.low) < 1e-12 && Math.abs(one.high - ten.high) < 1e-12);
});

test('the interval of a mean of clustered values covers it about 95 % of the time, with six clusters too', () => {
  for (const clusters of [6, 40]) {
    const random = new Random('coverage', clusters);
    const runs = 800;
    let covered = 0;
    for (let i = 0; i < runs; i += 1) {
      const data = Array.from({ length: clusters }, () => {
        const level = random.normal();
        return Array.from({ length: 3 }, () => level + random.normal());
      });
      const interval = clusterBootstrap(data, meanOf, { random, resamples: 199 })?.interval;
      if (interval !== undefined && interval.low <= 0 && 0 <= interval.high) covered += 1;
    }
    assert.ok(covered / runs > 0.92 && covered / runs < 0.975, `${covered / runs} with ${clusters} clusters`);
  }
});

test('several statistics share their draws, and repeat with the seed', () => {
  const data = Array.from({ length: 20 }, (_, i) => [Math.sin(i)]);
  const both = clusterBootstrapAll(
    data,
    (sample) => ({ mean: meanOf(sample), negative: -meanOf(sample) }),
    options(),
  );
  assert.deepEqual(both.mean, clusterBootstrap(data, meanOf, options()));
  const sum = (both.mean?.interval?.low ?? Number.NaN) + (both.negative?.interval?.high ?? Number.NaN);
  assert.ok(Math.abs(sum) < 1e-12);
});

test('NULL-NOT-ZERO: what cannot be computed is absent; too often in the resamples, the interval is', () => {
  assert.equal(
    clusterBootstrap([[1], [2]], () => undefined, options()),
    undefined,
  );
  assert.equal(
    clusterBootstrap([], () => undefined, options()),
    undefined,
  );
  // Defined unless one cluster is drawn throughout: half of the time with two clusters, hardly ever with 20.
  const spread = (sample: readonly (readonly number[])[]) =>
    new Set(sample.flat()).size > 1 ? meanOf(sample) : undefined;
  const two = clusterBootstrap([[1], [2]], spread, options());
  assert.deepEqual(two, { estimate: 1.5, interval: undefined });
  const many = Array.from({ length: 20 }, (_, i) => [i]);
  assert.ok(clusterBootstrap(many, spread, options())?.interval !== undefined);
});

test('one cluster has an estimate and no interval', () => {
  assert.deepEqual(clusterBootstrap([[1, 2, 3]], meanOf, options()), { estimate: 2, interval: undefined });
});

test('too few resamples for 95 % are an error', () => {
  assert.throws(
    () => clusterBootstrap([[1], [2]], meanOf, { random: new Random(1), resamples: 10 }),
    /10 resamples are too few/,
  );
});
