import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileChatTemplate } from './chat-template.ts';

test('strip, lstrip and rstrip take the characters they are given and no others', () => {
  const render = (expression: string) => compileChatTemplate(`[{{ ${expression} }}]`)({ x: '\n\n a \n' });
  assert.equal(render("x.lstrip('\\n')"), '[ a \n]');
  assert.equal(render("x.rstrip('\\n')"), '[\n\n a ]');
  assert.equal(render("x.strip('\\n')"), '[ a ]');
  assert.equal(render("x.strip('\\n').strip(' a')"), '[]');
  assert.equal(render('x.strip()'), '[a]');
  assert.equal(render("x.split('a')[-1].lstrip(' ')"), '[\n]');
});

test('calls are mended inside blocks and arguments too', () => {
  const template = compileChatTemplate(
    "{% for m in messages %}{% if m.lstrip('\\n') == ' b' %}{% set y = (m.strip('\\n') + '!') %}{{ y }}{% endif %}{% endfor %}",
  );
  assert.equal(template({ messages: ['a', '\n b'] }), ' b!');
});

test('a template is compiled once, and renders with the variables of each call', () => {
  const template = compileChatTemplate('{{ x }}');
  assert.equal(compileChatTemplate('{{ x }}'), template);
  assert.deepEqual([template({ x: 1 }), template({ x: 2 })], ['1', '2']);
  assert.throws(() => compileChatTemplate('{% if %}'));
});
