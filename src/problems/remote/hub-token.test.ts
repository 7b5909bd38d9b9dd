import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { hubToken } from './hub-token.ts';

test('the token is that of HF_TOKEN, else of the file of the hub’s own tools', (t) => {
  const home = mkdtempSync(path.join(tmpdir(), 'qed-token-'));
  t.after(() => rmSync(home, { recursive: true }));
  assert.equal(hubToken({ HOME: home }), undefined);
  const file = path.join(home, '.cache', 'huggingface', 'token');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, 'hf_file\n');
  assert.deepEqual(hubToken({ HOME: home }), { token: 'hf_file', from: file });
  assert.deepEqual(hubToken({ HOME: home, HF_TOKEN: ' hf_said ' }), { token: 'hf_said', from: 'HF_TOKEN' });
  const other = path.join(home, 'elsewhere');
  writeFileSync(other, 'hf_other');
  assert.equal(hubToken({ HOME: home, HF_TOKEN_PATH: other })?.token, 'hf_other');
  assert.equal(hubToken({ HOME: '/nowhere', HF_HOME: path.dirname(file) })?.token, 'hf_file');
  assert.throws(
    () => hubToken({ HF_TOKEN: 'sk-secret' }),
    (error: unknown) => {
      assert.match(String(error), /HF_TOKEN: no token of the hub/);
      assert.doesNotMatch(String(error), /secret/);
      return true;
    },
  );
  assert.equal(hubToken({ HF_TOKEN: 'sk-secret' }, { anyForm: true })?.token, 'sk-secret');
});
