/**
 * Where the built browser app is. A package brings it; in a checkout it is built by Vite, which the checkout has installed,
 * whenever its sources have changed since, and kept beside the installed packages.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from './user-error.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The directory with `index.html`. Throws a UserError where it cannot be built. */
export async function builtWebApp(): Promise<string> {
  const packaged = fileURLToPath(new URL('../web/', import.meta.url));
  if (existsSync(path.join(packaged, 'index.html'))) return packaged;
  const output = path.join(root, 'node_modules', '.cache', 'qed-web', sourcesDigest());
  if (existsSync(path.join(output, 'index.html'))) return output;
  process.stderr.write('building the web app …\n');
  const [code, said] = await builtInto(output);
  if (code === 0) return output;
  throw new UserError(`the web app could not be built (npm ci brings what it needs):\n${said}`, {
    exitCode: 1,
  });
}

async function builtInto(output: string): Promise<readonly [code: number, said: string]> {
  const script = path.join(root, 'scripts', 'build-web.ts');
  const child = spawn(process.execPath, [script, output], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const hear = (piece: Buffer): void => {
    said += piece.toString();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return await new Promise((resolve) => {
    child.once('error', (error) => resolve([1, error.message]));
    child.once('close', (code) => resolve([code ?? 1, said]));
  });
}

/** Of everything that decides what is built. */
function sourcesDigest(): string {
  // The browser shares types of the API and a few pure functions, which these folders hold.
  const shared = ['src/view/*.ts', 'src/view/api/**/*.ts', 'src/problems/graded/*.ts'];
  const files = globSync(['web/**/*', ...shared, 'scripts/build-web.ts', 'package-lock.json'], {
    cwd: root,
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  const digest = createHash('sha256');
  for (const file of files) digest.update(path.relative(root, file)).update('\0').update(readFileSync(file));
  return digest.digest('hex').slice(0, 16);
}
