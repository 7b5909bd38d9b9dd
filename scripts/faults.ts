// npm run faults: the long form of the tests of kills, stops, torn checkpoints, full disks and memory of recipes, and of
// `qed prove` and `qed bench` on a server that misbehaves on purpose, and of asynchronous training. Real processes, real signals, a real full disk where a tmpfs can be
// mounted. Every disturbed run must come to the end of an undisturbed twin: same tensors, metrics, report and record,
// nothing paid for twice. Exit code 1 if one does not.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { outcomeOf } from '../src/recipe/fixtures/outcome.ts';
import { sit } from '../src/recipe/fixtures/sitting.ts';
import { fullDisk } from './faults/full-disk.ts';
import { killOnce, killRepeatedly } from './faults/kills.ts';
import { flatAsynchronousMemory, flatMemory } from './faults/memory.ts';
import { killAtMoments } from './faults/moments.ts';
import { proveTests } from './faults/prove/tests.ts';
import { type Section, type Setting, secondsText } from './faults/setting.ts';
import { stopInOrder } from './faults/signals.ts';
import { tornCheckpoints } from './faults/torn.ts';
import { killKinds } from './faults/train/kill-moments.ts';
import { isKillKind, trainTests } from './faults/train/tests.ts';

const usage = `usage: npm run faults -- [NAME…] [options]
  NAME             of recipes: kills, repeated, moments, torn, signals, disk, memory, memory-rl; of prove: prove-kills,
                   prove-endpoint, prove-slow, prove-disk, prove-budget, prove-signals; of bench: bench-kills; of
                   training: train-kills, train-kills-twin (synchronous), straggler, weight-sync, replay
                   (default: all)
  --kills N        runs that are killed once (default 20)
  --recipe FILE    another recipe for kills, repeated, signals and disk (default: tiny.yaml)
  --seed N         of the moments (default 1)
  --moments LIST   of train-kills: some of ${killKinds.join(', ')} (default: all)
  --each N         kills at each of those (default 12)
  --steps N        optimiser steps of memory (default 1000) and memory-rl (default 3000)
  --scale F        size of the tests of prove, bench and training, as a part of the long form (default 1, about 30
                   minutes in all)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '20' },
    recipe: { type: 'string' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string' },
    scale: { type: 'string', default: '1' },
    moments: { type: 'string', default: killKinds.join(',') },
    each: { type: 'string', default: '12' },
    help: { type: 'boolean' },
  },
});
const kills = Number(values.kills);
// Asynchronous training comes to rest after about 1,500.
const [steps, asynchronousSteps] = [Number(values.steps ?? 1000), Number(values.steps ?? 3000)];
const scale = Number(values.scale);
const moments = values.moments.split(',').map((name) => name.trim());
const killsOfEach = Number(values.each);
const seed = Number(values.seed);
const tests: Readonly<Record<string, { run(setting: Setting): Promise<Section>; onlyTiny?: boolean }>> = {
  kills: { run: (setting) => killOnce(setting, kills) },
  repeated: { run: killRepeatedly },
  moments: { run: killAtMoments, onlyTiny: true },
  torn: { run: tornCheckpoints, onlyTiny: true },
  signals: { run: (setting) => stopInOrder(setting, 6) },
  disk: { run: (setting) => fullDisk(setting, 8) },
  memory: { run: (setting) => flatMemory(setting, steps), onlyTiny: true },
  'memory-rl': { run: (setting) => flatAsynchronousMemory(setting, asynchronousSteps), onlyTiny: true },
};
const ownTests: Readonly<Record<string, () => Promise<Section>>> = Object.fromEntries([
  ...Object.entries(proveTests).map(([name, test]) => [name, () => test(seed, scale)] as const),
  ...Object.entries(trainTests).map(
    ([name, test]) =>
      [name, () => test({ seed, scale, moments: moments.filter(isKillKind), killsOfEach })] as const,
  ),
]);
const names = [...Object.keys(tests), ...Object.keys(ownTests)];
const named = positionals.length > 0 ? positionals : names;
const areNumbers =
  Number.isInteger(kills) && kills >= 1 && Number.isInteger(steps) && steps >= 20 && scale > 0 && scale <= 10;
const areMoments = moments.every(isKillKind) && Number.isInteger(killsOfEach) && killsOfEach >= 1;
if (values.help || !named.every((name) => names.includes(name)) || !areNumbers || !areMoments) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}
if (process.platform === 'win32') {
  console.error('These tests send POSIX signals, which Windows does not have.');
  process.exit(2);
}

const root = mkdtempSync(path.join(tmpdir(), 'qed-faults-'));
let faults = 0;
if (named.some((name) => name in tests)) {
  const setting = await withTwin();
  for (const [name, test] of Object.entries(tests)) {
    if (!named.includes(name)) continue;
    if (test.onlyTiny === true && values.recipe !== undefined) {
      console.log(`\n${name}: skipped, it knows the tiny recipe only`);
      continue;
    }
    const section = await test.run(setting);
    print(section);
    faults += section.faults.length;
  }
}
for (const [name, test] of Object.entries(ownTests)) {
  if (!named.includes(name)) continue;
  const section = await test();
  print(section);
  faults += section.faults.length;
}
if (faults === 0) rmSync(root, { recursive: true });
else console.log(`\nThe runs with faults are in ${root}`);
console.log(`\n${faults === 0 ? 'no faults' : `${faults} faults`}`);
process.exitCode = faults === 0 ? 0 : 1;

/** The run of the recipe that nothing disturbs. */
async function withTwin(): Promise<Setting> {
  const sitting = values.recipe === undefined ? {} : { recipe: path.resolve(values.recipe) };
  const twinDirectory = path.join(root, 'twin');
  const twinSitting = await sit(twinDirectory, sitting);
  if (twinSitting.code !== 0) throw new Error(`the undisturbed run failed: ${twinSitting.errors}`);
  console.log(`undisturbed: ${secondsText(twinSitting.seconds)}`);
  return { root, sitting, twin: await outcomeOf(twinDirectory), twinSitting, seed };
}

function print({ title, heading, rows, faults: found, summary }: Section): void {
  console.log(`\n${title}`);
  const widths = heading.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of rows.length > 0 ? [heading, ...rows] : []) {
    console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
  }
  for (const fault of found) console.log(`  FAULT ${fault}`);
  console.log(`  → ${summary}`);
}
