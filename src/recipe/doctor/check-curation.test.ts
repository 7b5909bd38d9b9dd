import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { configurations, writeModel } from '../../engine/gguf/model-fixture.ts';
import { loadDirectoryFormat } from '../../model/directory-format.ts';
import { checkCuration } from './check-curation.ts';
import { modelServer } from './fixtures/model-server.ts';

test('models of a curation are asked, judges by their models; what is not set is unchecked; files must be there', async (t) => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'qed-curation-'));
  t.after(() => rmSync(scratch, { recursive: true }));
  const config = configurations.qwen3 ?? assert.fail();
  await writeModel(scratch, config);
  const truth = { format: await loadDirectoryFormat(scratch), vocabularySize: config.vocab_size };
  const { spec } = await modelServer(t, truth, { names: ['policy'] });
  const { origin } = await modelServer(t, truth, { names: ['other'] });
  const missing = path.join(scratch, 'missing.jsonl');
  const checks = await checkCuration(
    {
      models: {
        ...{ author: spec, judge: `openai:${origin}/v1#policy(style=proofbench-strict)` },
        ...{ reviewer: null, teacher: 'no-such-model' },
      },
      steps: [{ name: 'import', options: {}, files: [scratch, missing], faults: [] }],
    },
    { environment: {}, patience: 5_000 },
  );
  assert.deepEqual(
    checks.map(({ name, status }) => [name, status]),
    [
      ['curate.import', 'ok'],
      ['curate.import', 'failed'],
      ['models.author endpoint', 'ok'],
      ['models.author name', 'ok'],
      ['models.author reply', 'ok'],
      ['models.author context', 'ok'],
      ['models.judge endpoint', 'ok'],
      ['models.judge name', 'failed'],
      ['models.reviewer', 'unchecked'],
      ['models.teacher: no-such-model', 'failed'],
    ],
  );
});
