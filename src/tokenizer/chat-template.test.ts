import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTemplates } from '../../golden/tokenizer/read-templates.ts';
import { compileChatTemplate } from './chat-template.ts';

const golden = readTemplates();
const now = new Date(2024, 6, 6, 14, 5, 9);

/** The text, or undefined where rendering fails. */
function rendered(source: string, variables: Readonly<Record<string, unknown>>): string | undefined {
  try {
    return compileChatTemplate(source, { now })({ tools: null, documents: null, ...variables });
  } catch (error) {
    assert.ok(error instanceof Error && error.message.startsWith('chat_template: '), `${error}`);
    return undefined;
  }
}

for (const { name, source, renderings } of golden.templates) {
  test(`what transformers renders, and where it refuses to: ${name}`, () => {
    for (const [conversation, { text }] of Object.entries(renderings)) {
      const variables = {
        add_generation_prompt: true,
        ...golden.special,
        ...golden.conversations[conversation],
      };
      assert.equal(rendered(source, variables), text, conversation);
    }
  });
}

/** What the parser or the interpreter does not know: an error, so that no prompt differs in silence. */
const refused = new Set([
  '1e3',
  '1e16',
  '1e22',
  '1e22|tojson',
  '1.5e-7',
  'big * 1000',
  '(1,)',
  '()',
  'n is divisibleby(7)',
  'n is eq(7)',
  'n is equalto 7',
  'n is ne 7',
  'n is gt 3',
  'n is lt(3)',
  'n is in l',
  '1 is in l',
  "'b' is in t",
  'n is sameas n',
  'none is sameas none',
  "'abcdef'|truncate(5)",
  "'a b'|urlencode",
  "'x'|center(5)",
  "'%s-%s'|format('a', 2)",
  'n|filesizeformat',
  "cycler('a','b').next()",
  "joiner(',')()",
]);

test('expressions have the values and the errors that they have in transformers', () => {
  for (const { expression, text } of golden.expressions) {
    const found = rendered(`{{ ${expression} }}`, { messages: [], ...golden.context });
    assert.equal(found, refused.has(expression) ? undefined : text, expression);
  }
});

test('what a template raises is the message of an Error', () => {
  const template = compileChatTemplate("{{ raise_exception('roles must alternate') }}");
  assert.throws(() => template({}), { message: 'chat_template: roles must alternate' });
});

test('what is not defined prints as nothing, and to look into it is an error that names it', () => {
  assert.equal(compileChatTemplate('[{{ x }}]')({}), '[]');
  assert.throws(() => compileChatTemplate('{{ x.y }}')({}), { message: "chat_template: 'x' is undefined" });
  assert.throws(() => compileChatTemplate('{{ x.y.z }}')({ x: {} }), /'dict object' has no attribute 'y'/);
  assert.throws(() => compileChatTemplate("{{ 'a' + x }}")({ x: ['b'] }), /can only concatenate str/);
});

test('templates find no clock unless they are given the time', () => {
  const source = "{{ strftime_now('%d %b %Y, %A %I:%M %p') if strftime_now is defined else '26 Jul 2024' }}";
  assert.equal(compileChatTemplate(source)({}), '26 Jul 2024');
  assert.equal(compileChatTemplate(source, { now })({}), '06 Jul 2024, Saturday 02:05 PM');
  assert.throws(() => compileChatTemplate("{{ strftime_now('%Q') }}", { now })({}), /%Q is not known/);
});

test('a template that does not parse, or never ends, is an Error', () => {
  for (const source of ['{% if %}', '{{ a', '{% raw %}x{% endraw %}', `${'{{ ('.repeat(1e4)}`]) {
    assert.throws(() => compileChatTemplate(source), /^Error: chat_template: /);
  }
  const endless = '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}';
  assert.throws(() => compileChatTemplate(endless)({}), /^Error: chat_template: /);
});

test('a loop keeps its variables to itself; a namespace does not', () => {
  const template = compileChatTemplate(
    '{% set n = namespace(a=0) %}{% set b = 0 %}{% for x in [1, 2] %}{% set b = x %}{% set n.a = x %}{% endfor %}{{ n.a }}{{ b }}',
  );
  assert.equal(template({}), '20');
});

test('values keep what JSON keeps: names like those of Object.prototype are ordinary', () => {
  const template = compileChatTemplate('{{ x.constructor }}|{{ x.__proto__ }}|{{ x }}');
  assert.equal(template({ x: JSON.parse('{"__proto__": 1}') }), "|1|{'__proto__': 1}");
});
