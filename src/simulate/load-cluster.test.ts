import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { clusterSchema } from './cluster.ts';
import { ClusterError, clusterNames, loadCluster, parseCluster } from './load-cluster.ts';

const paper = readFileSync(new URL('../../clusters/paper.yaml', import.meta.url), 'utf8');

test("the paper's cluster is there by name, and every number in it says where it comes from", () => {
  assert.deepEqual(clusterNames(), ['one-gpu', 'paper', 'single-node']);
  for (const name of clusterNames()) assert.equal(loadCluster(name).name, name);
  const { sampling, training } = loadCluster('paper');
  assert.deepEqual([sampling.nodes, training.nodes, sampling.sequencesPerEngine], [7, 4, 20]);
  const lines = paper.split('\n');
  lines.forEach((line, index) => {
    if (!/^ {2,}\w+: [\d.]/.test(line)) return;
    // Values of one source may follow one another.
    const before = lines.slice(0, index).findLast((other) => /^\s*#/.test(other)) ?? '';
    assert.notEqual(before, '', line);
  });
  for (const mark of ['Derived', 'Assumed', 'The paper', 'Released code']) assert.ok(paper.includes(mark));
});

test('every fault of a description is named with its line', () => {
  const broken = paper
    .replace('sequencesPerEngine: 20', 'sequencesPerEngine: none')
    .replace('medianSeconds: 40', 'medianSecond: 40');
  assert.throws(
    () => parseCluster(broken, 'mine.yaml'),
    (error) => {
      assert.ok(error instanceof ClusterError);
      assert.match(error.message, /^mine\.yaml:\d+ {2}sampling\.sequencesPerEngine: .*expected number/m);
      assert.match(error.message, /^mine\.yaml:\d+ {2}judge.*medianSecond/m);
      return true;
    },
  );
  assert.throws(() => parseCluster('a: [', 'mine.yaml'), /^ClusterError: mine\.yaml:1 /);
  assert.throws(
    () => loadCluster('papers'),
    /no cluster "papers"; there is one-gpu, paper, single-node, or give a file/,
  );
  assert.throws(() => loadCluster('./none.yaml'), /\.\/none\.yaml: there is no such file/);
});

test('every field says what it is', () => {
  const undescribed: string[] = [];
  const visit = (schema: unknown, at: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const {
      properties = {},
      oneOf = [],
      items,
    } = schema as {
      properties?: Record<string, { description?: string; const?: unknown }>;
      oneOf?: unknown[];
      items?: unknown;
    };
    for (const [name, field] of Object.entries(properties)) {
      if (field.description === undefined && field.const === undefined) undescribed.push(`${at}${name}`);
      visit(field, `${at}${name}.`);
    }
    for (const option of oneOf) visit(option, at);
    visit(items, at);
  };
  visit(clusterSchema.toJSONSchema({ io: 'input' }), '');
  assert.deepEqual(undescribed, []);
});
