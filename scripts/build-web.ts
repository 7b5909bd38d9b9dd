// node bin/with-node.js scripts/build-web.ts DIR: builds the browser app into this directory, whole or not at all.
import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../web/', import.meta.url));
const output = path.resolve(process.argv[2] ?? fileURLToPath(new URL('../dist/web/', import.meta.url)));
const partial = `${output}.tmp-${process.pid}`;

await build({
  root,
  configFile: false,
  // Relative, so that a static site works in any folder.
  base: './',
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: partial,
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    // The policy forbids inline scripts.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
rmSync(output, { recursive: true, force: true });
mkdirSync(path.dirname(output), { recursive: true });
try {
  renameSync(partial, output);
} catch (error) {
  // Another process was faster, or the file system cannot rename: either way the files must be there.
  cpSync(partial, output, { recursive: true });
  rmSync(partial, { recursive: true, force: true });
  if (!(error instanceof Error)) throw error;
}
