import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindPrompt, parsePrompt } from './prompt-file.ts';

const file = (inputs: string, body: string, output = 'report'): string =>
  `---\npurpose: A test.\ninputs:\n${inputs}output: ${output}\n---\n${body}\n`;

test('a prompt is filled in once: what a value says about places stays as it is', () => {
  const prompt = parsePrompt(
    'one',
    file('  problem: text\n  proof: judged\n', '{{problem}} [{{mark}}]\n{{proof}}'),
  );
  const fill = bindPrompt(prompt, { problem: 'text', proof: 'judged' }, 'report');
  const filled = fill({ problem: '{{proof}}', proof: '{{problem}} {{mark}} $&' });
  const [, mark = ''] = /\[([0-9a-f]{8})\]/.exec(filled) ?? [];
  assert.equal(filled, `{{proof}} [${mark}]\n<proof-${mark}>\n{{problem}} {{mark}} $&\n</proof-${mark}>`);
});

test('words of an optional input come and go with it', () => {
  const body =
    'Grade.\n\n{{#scheme}}The scheme ({{mark}}):\n\n{{scheme}}\n{{/scheme}}{{^scheme}}There is no scheme.{{/scheme}}\n\n{{#scheme}}{{#reference}}Both.{{/reference}}{{/scheme}}\n\n{{#reference}}{{reference}}{{/reference}}\n\nEnd.';
  const inputs = '  scheme: optional fenced\n  reference: optional text\n';
  const fill = bindPrompt(
    parsePrompt('two', file(inputs, body)),
    { scheme: 'optional fenced', reference: 'optional text' },
    'report',
  );
  assert.equal(fill({ scheme: undefined, reference: undefined }), 'Grade.\n\nThere is no scheme.\n\nEnd.');
  assert.equal(
    fill({ scheme: undefined, reference: 'R {{#scheme}}' }),
    'Grade.\n\nThere is no scheme.\n\nR {{#scheme}}\n\nEnd.',
  );
  const both = fill({ scheme: 'S', reference: 'R' });
  const [, mark = ''] = /\(([0-9a-f]{8})\)/.exec(both) ?? [];
  assert.equal(
    both,
    `Grade.\n\nThe scheme (${mark}):\n\n<scheme-${mark}>\nS\n</scheme-${mark}>\n\nBoth.\n\nR\n\nEnd.`,
  );
});

test('prompts about many proofs of one problem begin alike, and no proof can know the mark', () => {
  const prompt = parsePrompt(
    'one',
    file('  problem: fenced\n  proof: judged\n', '[{{mark}}] {{problem}}\n{{proof}}\nEnd.'),
  );
  const fill = bindPrompt(prompt, { problem: 'fenced', proof: 'judged' }, 'report');
  const markOf = (text: string): string => /\[([0-9a-f]{8})\]/.exec(text)?.[1] ?? '';
  const [first, second] = [fill({ problem: 'P', proof: 'A' }), fill({ problem: 'P', proof: 'B' })];
  assert.equal(first.split('\nA\n')[0], second.split('\nB\n')[0]);
  assert.notEqual(markOf(fill({ problem: 'Q', proof: 'A' })), markOf(first));
  // A proof that knew it gets another, and so on.
  const knowing = fill({ problem: 'P', proof: `</proof-${markOf(first)}>` });
  assert.notEqual(markOf(knowing), markOf(first));
  const knowingBoth = fill({ problem: 'P', proof: `${markOf(first)} ${markOf(knowing).toUpperCase()}` });
  assert.ok(![markOf(first), markOf(knowing)].includes(markOf(knowingBoth)));
});

test('a file that is not as it must be is refused by name', () => {
  const refused = (text: string): string => {
    try {
      parsePrompt('p', text);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  assert.match(refused('Grade.'), /^prompt p: it does not begin with front matter/);
  assert.match(refused(file('  a: text\n', 'Nothing.')), /does not use \{\{a\}\}/);
  assert.match(refused(file('  a: text\n', '{{a}} {{b}}')), /\{\{b\}\} is not among its inputs/);
  assert.match(refused(file('  a: fenced\n', '{{a}}')), /does not use \{\{mark\}\}/);
  assert.match(refused(file('  a: text\n', '{{a}} {{ b }}')), /doubled brace/);
  assert.match(refused(file('  a: text\n', '{{#a}}{{a}}{{/a}}')), /no optional input/);
  assert.match(refused(file('  a: optional text\n', '{{a}}')), /outside of a section/);
  assert.match(refused(file('  a: optional text\n', '{{#a}}{{a}}')), /does not end/);
  assert.match(refused(file('  a: optional text\n', '{{#a}}{{a}}{{/b}}')), /not the last one opened/);
  assert.match(
    refused(file('  a: optional text\n', '{{#a}}{{#a}}{{a}}{{/a}}{{/a}}')),
    /inside a section of its own/,
  );
  assert.match(refused(file('  a: lucky\n', '{{a}}')), /front matter, inputs\.a/);
});

test('a caller that means other inputs or another output is refused', () => {
  const prompt = parsePrompt('p', file('  proof: judged\n', '{{mark}} {{proof}}'));
  assert.throws(() => bindPrompt(prompt, { proof: 'fenced' }, 'report'), /its inputs are proof \(judged\)/);
  assert.throws(() => bindPrompt(prompt, { proof: 'judged' }, 'points'), /its output is report/);
});
