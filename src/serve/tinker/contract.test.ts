/**
 * The embedded engine behind the wire keeps what every engine promises, with nothing but the wire between: with a model that the
 * server has, and with one that the client brings.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineContract } from '../../engine/fixtures/engine-contract.ts';
import { createOrtEngine } from '../../engine/ort/engine.ts';
import { createTinkerEngine } from '../../engine/tinker/engine.ts';
import { openBaseModel } from './base-model.ts';
import { startTinkerServer } from './tinker-server.ts';

const directory = fileURLToPath(new URL('../../../golden/qwen3-tiny-untied', import.meta.url));

for (const [name, { brings, lora }] of Object.entries({
  'over the wire': { brings: false, lora: undefined },
  'over the wire, with an adapter': { brings: true, lora: { rank: 4 } },
})) {
  engineContract(name, async () => {
    const embedded = createOrtEngine({ threads: 1 });
    const checkpoints = await mkdtemp(path.join(tmpdir(), 'qed-contract-'));
    const server = await startTinkerServer({
      ...{ engine: embedded, checkpoints, seed: 1, apiKey: 'secret' },
      bases: brings ? [] : [await openBaseModel('tiny', directory)],
      limits: { uploadBytes: brings ? 2 ** 30 : 0 },
    });
    const engine = await createTinkerEngine({
      ...{ url: `http://127.0.0.1:${server.port}`, apiKey: 'secret' },
      ...(brings ? {} : { baseModel: 'tiny' }),
      onRemark: (text) => process.stderr.write(`${text}\n`),
    });
    return {
      ...{ engine, directory, sameLogprob: 5e-5, lora },
      async close() {
        await engine.close();
        await server.close(0);
        await embedded.close();
        await rm(checkpoints, { recursive: true });
      },
    };
  });
}
