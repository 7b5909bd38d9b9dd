/**
 * A folder with one run of every kind, made by the real commands: a small lab run through all stages, another on
 * Reasoning-Cache states, two benchmark runs graded by two judges, a proof with a scaffold, a damaged run. Made once for all checks.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../src/cli/fixtures/run-command.ts';
import { writeCuration } from '../../src/view/data/fixtures/data-folder.ts';
import { fixtureProblems, startFixtureServer } from './fixture-server.ts';

export interface FixtureFolder {
  readonly folder: string;
  /** Base address of the scripted endpoint, which goes on answering. */
  readonly endpoint: string;
  remove(): Promise<void>;
}

const recipe = (name: string): string =>
  fileURLToPath(new URL(`../../src/recipe/fixtures/${name}.yaml`, import.meta.url));

export async function makeFixtureFolder(): Promise<FixtureFolder> {
  const folder = mkdtempSync(path.join(tmpdir(), 'qed-web-folder-'));
  const server = await startFixtureServer();
  const model = (name: string): string => `openai:${server.baseUrl}#${name},price=1/2`;
  const qed = async (...args: string[]): Promise<void> => {
    const { code, err } = await runCommand(args, { directory: folder });
    if (code !== 0) throw new Error(`qed ${args.join(' ')}: ${code}\n${err}`);
  };
  const remove = async (): Promise<void> => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await fill(folder, qed, model);
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, endpoint: server.baseUrl, remove };
}

async function fill(
  folder: string,
  qed: (...args: string[]) => Promise<void>,
  model: (name: string) => string,
): Promise<void> {
  writeFileSync(
    path.join(folder, 'suite.jsonl'),
    fixtureProblems.map((problem) => `${JSON.stringify(problem)}\n`).join(''),
  );
  await qed('run', recipe('tiny'), '--run', 'lab');
  await qed('run', recipe('tiny-rc'), '--run', 'lab-rc');
  for (const [solver, scaffold] of [
    ['alpha', 'single-turn'],
    ['beta', 'self-check'],
  ] as const) {
    const judges = ['strict', 'kind'].map((name) => `${model(name)}(style=simple,scheme=if-any)`);
    const bench = ['bench', 'suite.jsonl', '--model', model(solver), '--scaffold', scaffold, '--runs', '3'];
    for (const judge of judges) {
      await qed(...bench, '--judge', judge, '--run', `bench-${solver}`, '--max-ungraded', '1');
    }
  }
  const prove = ['prove', 'suite.jsonl', '--model', model('gamma'), '--budget', '200k tokens'];
  await qed(...prove, '--scaffold', 'rsa(n=4,k=2,rounds=2)', '--run', 'prove-rsa');
  await writeCuration(folder);
  mkdirSync(path.join(folder, 'damaged'));
  writeFileSync(path.join(folder, 'damaged', 'recipe.yaml'), 'name: [');
}
