import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { readTokenizerDirectory } from './directory-format.ts';

const directory = await mkdtemp(path.join(tmpdir(), 'qed-directory-format-'));
after(() => rm(directory, { recursive: true }));
const write = (name: string, text: string) => writeFile(path.join(directory, name), text);

test('a template in a file of its own wins over one in the configuration', async () => {
  await write('tokenizer.json', '{}');
  await write('tokenizer_config.json', '{"chat_template":"old","model_max_length":8}');
  assert.equal(
    (await readTokenizerDirectory(directory)).configJson,
    '{"chat_template":"old","model_max_length":8}',
  );
  await write('chat_template.jinja', 'new');
  const { configJson } = await readTokenizerDirectory(directory);
  assert.deepEqual(JSON.parse(configJson), { chat_template: 'new', model_max_length: 8 });
});

test('a broken configuration, and one that is missing, are named', async () => {
  await write('tokenizer_config.json', '{"chat_template":');
  await assert.rejects(readTokenizerDirectory(directory), /tokenizer_config\.json: not JSON/);
  await rm(path.join(directory, 'tokenizer_config.json'));
  await assert.rejects(readTokenizerDirectory(directory), /tokenizer_config\.json: there is no such file/);
});
