import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

test('running a graph leaves nothing in the home directory', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'qed-home-'));
  try {
    const program = `
      const { Graph } = await import(${JSON.stringify(new URL('./graph.ts', import.meta.url).href)});
      const { runGraph } = await import(${JSON.stringify(new URL('./run-graph.ts', import.meta.url).href)});
      const graph = new Graph();
      graph.output('y', graph.add(graph.scalar(1), graph.scalar(2)), 'float32', []);
      await runGraph(graph.finish(), {});`;
    const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env;
    const run = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      env: { ...env, HOME: home, USERPROFILE: home, XDG_CACHE_HOME: path.join(home, 'cache') },
      encoding: 'utf8',
    });
    assert.equal(run.status, 0, run.stderr);
    assert.deepEqual(readdirSync(home), []);
  } finally {
    rmSync(home, { recursive: true });
  }
});
