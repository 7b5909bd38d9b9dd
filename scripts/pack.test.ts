/**
 * What npm would publish works where it is installed: the tarball is packed, unpacked beside the dependencies, and
 * its command, its face, its types and its worker threads are used as a stranger would use them.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { recordedProblems, recordRun } from '../src/bench/fixtures/recorded-run.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), 'qed-pack-'));
const installed = path.join(scratch, 'package');
after(() => rmSync(scratch, { recursive: true, force: true }));

/** npm as this test was started by, or the one on the path. */
function npm(args: readonly string[], cwd: string): string {
  const script = process.env.npm_execpath;
  const [command, first] = script?.endsWith('.js') === true ? [process.execPath, [script]] : ['npm', []];
  return execFileSync(command, [...first, ...args, '--offline', '--no-update-notifier', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    shell: command === 'npm' && process.platform === 'win32',
  });
}

function qed(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(installed, 'bin/qed.js'), ...args],
    {
      cwd: scratch,
      encoding: 'utf8',
    },
  );
  return { code: status, out: stdout, err: stderr };
}

/** Runs a module beside the installed package; returns what it prints. */
function runModule(text: string): string {
  const file = path.join(installed, 'consumer.mjs');
  writeFileSync(file, text);
  return execFileSync(process.execPath, [file], { cwd: scratch, encoding: 'utf8' });
}

before(() => {
  // Packed from a copy, so that the checkout gets no dist/ and no tarball.
  const copy = path.join(scratch, 'copy');
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { files: string[] };
  for (const entry of ['package.json', ...manifest.files]) {
    const from = path.join(root, entry);
    if (entry !== 'dist' && existsSync(from)) cpSync(from, path.join(copy, entry), { recursive: true });
  }
  execFileSync(process.execPath, [path.join(root, 'scripts/build.ts'), path.join(copy, 'dist')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [packed] = JSON.parse(npm(['pack', '--json', '--pack-destination', scratch], copy)) as {
    filename: string;
  }[];
  assert.ok(packed !== undefined);
  execFileSync('tar', ['-xzf', packed.filename], { cwd: scratch });
  symlinkSync(path.join(root, 'node_modules'), path.join(installed, 'node_modules'), 'junction');
});

test('the tarball holds the built files, recipes and the licence, and no sources or tests', () => {
  const files = globSync('**/*', { cwd: installed, exclude: ['node_modules'] }).map((file) =>
    file.replaceAll('\\', '/'),
  );
  for (const file of ['bin/qed.js', 'dist/cli/main.js', 'dist/index.d.ts', 'recipes/lab.yaml', 'LICENSE']) {
    assert.ok(files.includes(file), `${file} is missing`);
  }
  const stray = files.filter(
    (file) =>
      /(?<!\.d)\.ts$|\.test\.|fixture/.test(file) || file.startsWith('src/') || file.startsWith('runs/'),
  );
  assert.deepEqual(stray, []);
});

test('the command runs, and finds the recipes that came with it by name', () => {
  const help = qed('--help');
  assert.deepEqual([help.code, help.err], [0, '']);
  assert.match(help.out, /Usage: qed/);
  const { err } = qed('run', 'lab-quick', '--to', 'nowhere');
  assert.match(err, /there is no such stage\. Its stages: data, pretrain/);
});

test('doctor finds the engine working', () => {
  const { code, out } = qed('doctor', '--json');
  const { checks } = JSON.parse(out) as { checks: { name: string; status: string }[] };
  assert.equal(checks.find(({ name }) => name === 'onnxruntime')?.status, 'ok');
  assert.equal(code, 0);
});

test('the face of the package loads by its name, and its threads work', () => {
  const directory = path.join(scratch, 'run');
  mkdirSync(directory);
  const printed = runModule(`
import { createOrtEngine, loadRecipe, openJournal } from 'qed-toolkit';
const journal = await openJournal(${JSON.stringify(directory)});
await journal.append('stream', 'key', { value: { n: 1 } });
const { value } = await journal.find('stream', 'key');
await journal.close();
const engine = createOrtEngine({ threads: 1 });
const model = await engine.createModel({ seed: 1, config: { model_type: 'qwen3', vocab_size: 16, hidden_size: 8,
  intermediate_size: 16, num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 1, head_dim: 4,
  rms_norm_eps: 1e-6, rope_theta: 10000, max_position_embeddings: 64, tie_word_embeddings: true } });
const sampler = await model.snapshotSampler();
const [sample] = await sampler.sample({ prompt_T: Int32Array.of(1, 2, 3), seeds_S: [7],
  sampling: { maxTokens: 4, temperature: 1, stopTokenIds: [] } });
await sampler.close();
await model.close();
await engine.close();
console.log(JSON.stringify([value.n, sample.tokens_T.length, loadRecipe('lab').recipe.name]));
`);
  assert.deepEqual(JSON.parse(printed), [1, 4, 'lab']);
});

test('qed serve shows the web app that came with it, and compares on its own thread', async (context) => {
  const folder = path.join(scratch, 'served');
  const problems = recordedProblems(6);
  for (const [name, points] of [
    ['one', 7],
    ['two', 0],
  ] as const) {
    const points_P_R = problems.map((_, p) => [p === 0 ? 3 : points]);
    await recordRun(path.join(folder, name), { problems, points_P_R, model: name });
  }
  const command = [path.join(installed, 'bin/qed.js'), 'serve', folder, '--port', '0'];
  const child = spawn(process.execPath, command, { cwd: scratch, stdio: ['ignore', 'pipe', 'pipe'] });
  context.after(() => child.kill());
  let said = '';
  const address = await new Promise<string>((resolve, reject) => {
    const hear = (piece: Buffer): void => {
      said += piece.toString();
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`qed serve ended with ${code}: ${said}`)));
  });
  assert.doesNotMatch(said, /building/, 'a package needs no build');
  const page = await fetch(`${address}/`);
  assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self'/);
  const [, script = ''] =
    /<script type="module"[^>]* src="\.\/(assets\/[^"]+)"/.exec(await page.text()) ?? [];
  assert.equal((await fetch(`${address}/${script}`)).status, 200);
  const { runs } = (await (await fetch(`${address}/api/runs.json`)).json()) as { runs: { id: string }[] };
  assert.deepEqual(runs.map(({ id }) => id).sort(), ['one', 'two']);
  const compared = await fetch(`${address}/api/compare/one~0atwo/comparison.json`);
  const { suites } = (await compared.json()) as { suites: { systems: unknown[] }[] };
  assert.equal(suites[0]?.systems.length, 2);
});

test('its types are there: a consumer compiles, and a wrong use does not', () => {
  const consumer = path.join(scratch, 'consumer');
  mkdirSync(path.join(consumer, 'node_modules'), { recursive: true });
  symlinkSync(installed, path.join(consumer, 'node_modules/qed-toolkit'), 'junction');
  writeFileSync(path.join(consumer, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    path.join(consumer, 'consumer.ts'),
    `import { type Engine, type Recipe, loadRecipe, runRecipe } from 'qed-toolkit';
type IsAny<T> = 0 extends 1 & T ? true : false;
export const typed: [IsAny<Recipe['seed']>, IsAny<Engine>, IsAny<ReturnType<typeof runRecipe>>] = [false, false, false];
export const seed: number = loadRecipe('lab').recipe.seed;
// @ts-expect-error a recipe's name is a text
export const name: number = loadRecipe('lab').recipe.name;
`,
  );
  const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2024', '--module', 'nodenext'];
  const types = ['--types', 'node', '--typeRoots', path.join(root, 'node_modules/@types')];
  const { status, stdout } = spawnSync(process.execPath, [compiler, ...options, ...types, 'consumer.ts'], {
    cwd: consumer,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
});
