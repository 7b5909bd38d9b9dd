import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { chatTemplateDigest } from './chat-template-text.ts';

test('the digest is of the template’s text alone, the default one of several', () => {
  const digest = createHash('sha256').update('{{ x }}').digest('hex');
  assert.equal(chatTemplateDigest(JSON.stringify({ chat_template: '{{ x }}', eos_token: 'a' })), digest);
  const several = [
    { name: 'tool_use', template: '{{ y }}' },
    { name: 'default', template: '{{ x }}' },
  ];
  assert.equal(chatTemplateDigest(JSON.stringify({ chat_template: several })), digest);
  assert.throws(() => chatTemplateDigest('{}'), /has no chat_template/);
});
