// npm run build: compiles src/ into dist/ (JavaScript and declarations) and copies what is not TypeScript beside it.
// Another output directory can be named: npm run build -- DIR.
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const output = path.resolve(process.argv[2] ?? path.join(root, 'dist'));
const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));

rmSync(output, { recursive: true, force: true });
const compilation = spawnSync(
  process.execPath,
  [compiler, '-p', path.join(root, 'tsconfig.build.json'), '--outDir', output],
  { stdio: 'inherit', cwd: root },
);
if (compilation.status !== 0) process.exit(compilation.status ?? 1);

const web = spawnSync(
  process.execPath,
  [path.join(root, 'scripts', 'build-web.ts'), path.join(output, 'web')],
  { stdio: 'inherit', cwd: root },
);
if (web.status !== 0) process.exit(web.status ?? 1);

const assets = globSync('src/**/*', {
  cwd: root,
  withFileTypes: true,
  exclude: (entry) => entry.name === 'fixtures',
}).filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'));
for (const asset of assets) {
  const from = path.join(asset.parentPath, asset.name);
  const to = path.join(output, path.relative(path.join(root, 'src'), from));
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(from, to);
}
