/**
 * Compares a tokenizer and its chat format with what Hugging Face's libraries made of the same files
 * (`golden.json`). One check for every tokenizer that the golden file holds.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createChatFormat } from '../../src/tokenizer/chat-format.ts';
import type { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { readCases, readGolden } from './read.ts';

export function assertEqualsGolden(name: 'lab' | 'trained', tokenizer: Tokenizer): void {
  const cases = readCases();
  const golden = readGolden().tokenizers[name];
  const sha256 = createHash('sha256').update(tokenizer.json).digest('hex');
  assert.equal(sha256, golden.tokenizerSha256, `${name} has changed: make golden.json again (make.py)`);
  assert.equal(tokenizer.vocabularySize, golden.vocabularySize);

  assert.equal(cases.texts.length, golden.texts.length);
  for (const [i, text] of cases.texts.entries()) {
    const ids = [...tokenizer.encode(text)];
    assert.deepEqual(ids, golden.texts[i]?.ids, JSON.stringify(text));
    assert.equal(tokenizer.decode(ids), golden.texts[i]?.decoded);
    if (text === text.normalize('NFC')) assert.equal(tokenizer.decode(ids), text);
  }
  for (const { ids, decoded } of golden.fragments) assert.equal(tokenizer.decode(ids), decoded, `${ids}`);

  const format = createChatFormat(tokenizer);
  for (const [i, conversation] of cases.conversations.entries()) {
    const ids = [...format.renderPrompt(conversation)];
    assert.deepEqual(ids, golden.prompts[i]?.ids);
    assert.equal(tokenizer.decode(ids), golden.prompts[i]?.text.normalize('NFC'));
  }
  for (const [i, messages] of cases.replies.entries()) {
    const ids = [
      ...format.renderPrompt(messages.slice(0, -1)),
      ...format.renderReply(messages.at(-1)?.content ?? ''),
      ...tokenizer.encode('\n'),
    ];
    assert.deepEqual(ids, golden.replies[i]?.ids);
  }
}
