/** Every kind of tokenizer that is read, against Hugging Face's own library (`golden/tokenizer/families.json`). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonOfKind, readFamilies } from '../../golden/tokenizer/read-families.ts';
import { ggufPreTokenizers } from './gguf-pre-tokenizers.ts';
import { preTokenizerOf } from './gguf-splits.ts';
import { loadTokenizer } from './load-tokenizer.ts';
import { createPreTokenizer } from './pre-tokenizer.ts';

const families = readFamilies();

for (const kind of families.kinds) {
  test(`ids and texts are those of Hugging Face's library: ${kind.name}`, () => {
    const tokenizer = loadTokenizer(jsonOfKind(families, kind), '{}');
    for (const [i, text] of families.texts.entries()) {
      const ids = [...tokenizer.encode(text)];
      assert.deepEqual(ids, kind.ids[i], JSON.stringify(text));
      assert.equal(tokenizer.decode(ids), kind.decoded[i] ?? text);
    }
    for (const { ids, decoded } of kind.fragments) assert.equal(tokenizer.decode(ids), decoded, `${ids}`);
  });
}

for (const { names, lengths } of families.splits) {
  test(`texts are cut as Hugging Face's library cuts them by the split of ${names}`, () => {
    const named = ggufPreTokenizers.find((known) => known.names[0] === names[0]);
    assert.ok(named !== undefined);
    const { split } = createPreTokenizer(preTokenizerOf(named.splits));
    for (const [i, text] of families.texts.entries()) {
      const cut = text === '' ? [] : split(text, true);
      assert.equal(cut.join(''), text);
      assert.deepEqual(
        cut.map((piece) => [...piece].length),
        lengths[i],
        JSON.stringify(text),
      );
    }
  });
}
