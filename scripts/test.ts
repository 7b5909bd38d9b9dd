// npm test: format, types and all tests. The last line is "N passed, N failed, N skipped"; the exit code is 0 only when
// something ran and nothing failed. A file that crashes, exits early or has no tests is a failure. Arguments narrow
// the files by a part of their path, and leave format and types out.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const filters = process.argv.slice(2);
const counts = { passed: 0, failed: 0, skipped: 0 };
const remarks: string[] = [];

if (filters.length === 0) {
  const checks = [
    ['node_modules/@biomejs/biome/bin/biome', 'check', '.'],
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'],
    ['node_modules/typescript/bin/tsc', '-p', 'web/tsconfig.json'],
    ['node_modules/typescript/bin/tsc', '-p', 'web/test/tsconfig.json'],
  ];
  for (const command of checks) {
    const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
    if (status === 0) counts.passed += 1;
    else {
      counts.failed += 1;
      remarks.push(`failed: ${command.join(' ')}`);
    }
  }
}

const files = globSync(['src/**/*.test.ts', 'bin/**/*.test.ts', 'scripts/**/*.test.ts', 'web/**/*.test.ts'])
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .map((file) => path.resolve(file))
  .sort();
// A file says how its tests went when it has come to its end; one that failed as a whole says nothing.
const unfinished = new Set(files);

const events = run({ files, concurrency: 2, timeout: 15 * 60_000 });
events.on('test:summary', ({ file, counts: found }) => {
  if (file !== undefined) {
    if (found.tests > 0) unfinished.delete(path.resolve(file));
    return;
  }
  counts.passed += found.passed;
  counts.failed += found.tests - found.passed - found.skipped - found.todo;
  counts.skipped += found.skipped + found.todo;
});
events.on('test:fail', ({ name }) => {
  // A crashed file is a failed test that bears its name, and counted already.
  unfinished.delete(path.resolve(name));
});
for await (const text of events.compose(new spec())) process.stdout.write(text);

for (const file of unfinished) {
  // The runner has counted it as one passed test.
  counts.passed -= 1;
  counts.failed += 1;
  remarks.push(`failed: ${path.relative('.', file)} ended without having run a test`);
}
if (files.length === 0) {
  counts.failed += 1;
  remarks.push(`failed: no test file has ${filters.map((filter) => `"${filter}"`).join(' or ')} in its path`);
}
process.exitCode = counts.failed > 0 ? 1 : 0;
for (const remark of remarks) console.log(remark);
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
