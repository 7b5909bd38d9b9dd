// npm test: format, types and all tests; the last line is "N passed, N failed". Arguments narrow the files.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const filters = process.argv.slice(2);
let checksFailed = 0;
let checksPassed = 0;
if (filters.length === 0) {
  for (const command of [
    ['node_modules/@biomejs/biome/bin/biome', 'check', '.'],
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'],
  ]) {
    const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
    if (status === 0) checksPassed += 1;
    else checksFailed += 1;
  }
}
const files = globSync(['src/**/*.test.ts', 'bin/**/*.test.ts', 'scripts/**/*.test.ts'])
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort();
let passed = 0;
let failed = 0;
let skipped = 0;
const stream = run({ files, concurrency: 2, timeout: 15 * 60_000 });
stream.on('test:pass', (event) => {
  if (event.details.type === 'suite') return;
  if (event.skip !== undefined) skipped += 1;
  else passed += 1;
});
stream.on('test:fail', (event) => {
  if (event.details.type !== 'suite') failed += 1;
});
stream.compose(new spec()).pipe(process.stdout);
await new Promise((resolve) => stream.on('end', resolve));
await new Promise((resolve) => setImmediate(resolve));
process.exitCode = failed + checksFailed > 0 ? 1 : 0;
console.log(`\n${passed + checksPassed} passed, ${failed + checksFailed} failed, ${skipped} skipped`);
