/**
 * The house keeps its plan: rooms import only from the rooms above them in docs/architecture.md, every source file
 * says at its head what it promises and stays short, an invariant that is named there has a test of that name, no
 * file knows a developer's machine, and what npm installs runs no scripts.
 */
import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const isTest = (file: string): boolean => file.endsWith('.test.ts') || file.includes('fixture');

const allTypeScript = globSync(['src/**/*.ts', 'web/**/*.{ts,tsx}', 'scripts/**/*.ts', 'bin/**/*.{js,ts}'], {
  cwd: root,
})
  .map((file) => file.replaceAll('\\', '/'))
  .sort();
const inSrc = allTypeScript.filter((file) => file.startsWith('src/'));
const roomOf = (file: string): string => /^src\/([^/]+)\//.exec(file)?.[1] ?? '';

/** The rooms in the order of the table, lowest first. */
function roomsOfThePlan(): string[] {
  const [, table = ''] = read('docs/architecture.md').split('## Rooms');
  return [...table.matchAll(/^\| `(\w+)\/` \|/gm)].map(([, room = '']) => room);
}

/** Relative module specifiers that a file imports, statically, dynamically or as a type. */
function relativeImports(text: string): string[] {
  const pattern = /(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)'(\.{1,2}\/[^']+)'/g;
  return [...text.matchAll(pattern)].map(([, specifier = '']) => specifier);
}

/** The comment that a file opens with, or nothing. */
function headComment(text: string): string {
  const withoutShebang = text.replace(/^#!.*\n/, '');
  return /^(?:\/\*[\s\S]*?\*\/|(?:\/\/.*\n)+)/.exec(withoutShebang)?.[0] ?? '';
}

test('the plan names exactly the rooms that exist', () => {
  const folders = readdirSync(path.join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  assert.deepEqual([...roomsOfThePlan()].sort(), folders.sort());
});

test('a room imports only from rooms above it in the plan', () => {
  const rooms = roomsOfThePlan();
  const faults: string[] = [];
  for (const file of inSrc.filter((name) => roomOf(name) !== '')) {
    for (const specifier of relativeImports(read(file))) {
      const target = path.posix.join(path.posix.dirname(file), specifier);
      const [from, to] = [roomOf(file), roomOf(target)];
      if (!target.startsWith('src/')) {
        // The command line may ask the launcher what it knows of Node; nothing else leaves src.
        if (from !== 'cli' && !isTest(file)) faults.push(`${file} imports ${target}, which is outside src`);
      } else if (to === '') {
        faults.push(`${file} imports ${target}, which belongs to no room`);
      } else if (rooms.indexOf(to) > rooms.indexOf(from)) {
        faults.push(`${file} imports ${target}: ${to} is below ${from}`);
      }
    }
  }
  assert.deepEqual(faults, []);
});

test('the imports are found in every form that the sources use', () => {
  const text = `import type { A } from './a.ts';
import {
  b,
} from '../b.ts';
export { c } from './c.ts';
import './d.ts';
const e = await import('./e.ts');
type F = import('./f.ts').F;
import zod from 'zod';`;
  assert.deepEqual(relativeImports(text), ['./a.ts', '../b.ts', './c.ts', './d.ts', './e.ts', './f.ts']);
});

test('no file is longer than 500 lines', () => {
  const long = allTypeScript
    .map((file) => ({ file, lines: read(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > 500);
  assert.deepEqual(long, []);
});

test('no leftover of a merge is among the sources', () => {
  const leftovers = globSync(['{src,web,scripts,bin,docs,recipes,prompts,sources}/**/*.{orig,rej,bak}'], {
    cwd: root,
  });
  assert.deepEqual(leftovers, []);
});

test('every source file opens with what it promises', () => {
  const silent = allTypeScript.filter(
    (file) => !isTest(file) && !file.endsWith('.d.ts') && headComment(read(file)).length < 40,
  );
  assert.deepEqual(silent, []);
});

test('an invariant that a source file names at its head has a test of that name', () => {
  const invariants = [
    ...['REPLAY', 'PAY-ONCE', 'NULL-NOT-ZERO', 'EMIT-ONCE', 'LAG-BOUND', 'TOKEN-EXACT', 'SAME-LOGPROB'],
    ...['BATCH-INVARIANT', 'NO-TORN-CHECKPOINT', 'BUDGET-CAP', 'FENCED-CANDIDATE'],
  ];
  const heads = inSrc.filter((file) => !isTest(file)).map((file) => headComment(read(file)));
  const testNames = inSrc
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) =>
      [...read(file).matchAll(/\b(?:test|it)\(\s*(['`])(.*?)\1,/gs)].map((match) => match[2] ?? ''),
    );
  const named = (name: string, text: string): boolean =>
    new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text);
  const untested = invariants.filter(
    (name) => heads.some((head) => named(name, head)) && !testNames.some((title) => named(name, title)),
  );
  assert.ok(heads.some((head) => named('PAY-ONCE', head)));
  assert.deepEqual(untested, []);
});

test('no file names a place on a developer’s machine', () => {
  const files = globSync(
    ['{src,scripts,bin,docs,recipes,golden,.ci}/**/*.{ts,js,md,yaml,py,sh}', '*.{md,json,yaml}', '.ci/*'],
    { cwd: root, exclude: ['**/node_modules/**'] },
  );
  // Home directories, but of Ada, who lives in examples.
  const homes = /(?:\/(?:home|Users)\/|[A-Z]:\\+Users\\+)(?!ada\b)\w|\/root\/\w/;
  assert.deepEqual(
    files.filter((file) => homes.test(read(file))),
    [],
  );
  assert.match(['', 'home', 'grace', 'qed'].join('/'), homes);
  assert.doesNotMatch('/home/ada/qed', homes);
});

test('what npm installs runs no scripts', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { hasInstallScript?: boolean; optional?: boolean }>;
  };
  // These declare one and work without it, which .npmrc (ignore-scripts) relies on.
  const allowed = new Map([
    [
      'node_modules/onnxruntime-node',
      'its script fetches CUDA libraries; the CPU binaries are in the package',
    ],
  ]);
  const withScripts = Object.entries(lock.packages)
    .filter(([name, { hasInstallScript }]) => hasInstallScript === true && !allowed.has(name))
    .map(([name]) => name);
  assert.deepEqual(withScripts, []);
  assert.match(read('.npmrc'), /^ignore-scripts=true$/m);
});
