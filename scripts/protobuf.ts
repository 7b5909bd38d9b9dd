// npm run protobuf: generates src/engine/tinker/wire/generated from the .proto files there. The compiler and the generator are
// large and rarely needed, so npm fetches them for this run only.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const packages = ['@bufbuild/buf@1.75.0', '@bufbuild/protoc-gen-es@2.17.0'];
const template = {
  version: 'v2',
  plugins: [
    {
      local: 'protoc-gen-es',
      out: 'generated',
      opt: ['target=ts', 'import_extension=ts', 'erasable_syntax=true'],
    },
  ],
};

const { status } = spawnSync(
  'npx',
  [
    '--yes',
    ...packages.map((name) => `--package=${name}`),
    ...['--', 'buf', 'generate', '--template', JSON.stringify(template), '.'],
  ],
  {
    stdio: 'inherit',
    cwd: fileURLToPath(new URL('../src/engine/tinker/wire/', import.meta.url)),
  },
);
process.exit(status ?? 1);
