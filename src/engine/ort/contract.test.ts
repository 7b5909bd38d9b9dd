/** The embedded engine keeps what every engine promises. */
import { fileURLToPath } from 'node:url';
import { engineContract } from '../fixtures/engine-contract.ts';
import { createOrtEngine } from './engine.ts';

engineContract('embedded', async () => {
  const engine = createOrtEngine({ threads: 1 });
  return {
    engine,
    directory: fileURLToPath(new URL('../../../golden/qwen3-tiny-untied', import.meta.url)),
    sameLogprob: 5e-5,
    close: () => engine.close(),
  };
});
