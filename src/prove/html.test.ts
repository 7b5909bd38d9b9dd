import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { html, trusted } from './html.ts';

test('values are escaped, markup and lists are not escaped twice', () => {
  const inner = html`<b>${'a < b & "c"'}</b>`;
  const page = html`<p title="${`"'`}">${[inner, ' ', 3, undefined, false]}</p>`;
  assert.equal(page.text, '<p title="&quot;&#39;"><b>a &lt; b &amp; &quot;c&quot;</b> 3</p>');
  assert.equal(html`${trusted('<hr>')}`.text, '<hr>');
});

test('no text whatever becomes an element or leaves its attribute', () => {
  const hostile = fc.oneof(
    fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', 'b', ' ', '=', '-', '!') }),
    fc.constantFrom('<script>x</script>', '</p><img src=x onerror=x>', '<!--', ']]>', '</title></style>'),
  );
  fc.assert(
    fc.property(hostile, hostile, (text, attribute) => {
      const { document } = parseHTML(
        `<html><body>${html`<p title="${attribute}">${text}</p>`.text}</body></html>`,
      );
      const elements = [...document.body.querySelectorAll('*')];
      assert.equal(elements.length, 1);
      assert.deepEqual(
        [...(elements[0]?.attributes ?? [])].map(({ name }) => name),
        ['title'],
      );
    }),
    { seed: 3 },
  );
});

test('control characters and direction overrides are made visible; line breaks stay', () => {
  assert.equal(html`${'a\u0000b\u202ec\r\n\td\ud800'}`.text, 'a\ufffdb\ufffdc\n\td\ufffd');
});
