import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gradingSchemeSchema } from './problem.ts';
import { schemeFromMarkdown, schemeToMarkdown } from './scheme-markdown.ts';

test('a scheme is written as headings and lists', () => {
  const scheme = gradingSchemeSchema.parse({
    checkpoints: [
      { id: 'C1', points: 4, description: 'Shows that $f$ is injective.' },
      { id: 'C2', points: 3, description: 'Concludes.\n\nAlternatively: finds the inverse.' },
    ],
    zeroCredit: ['Only examples.'],
    deductions: [
      { points: 1, description: 'The case $x = 0$ is missing.' },
      { points: 1, cap: 2, description: 'Slips in calculations.' },
    ],
    notes: 'Parallel chains do not add up.',
  });
  const markdown = schemeToMarkdown(scheme);
  assert.equal(
    markdown,
    `## Checkpoints (7 points in all)

- **C1** (4 points): Shows that $f$ is injective.
- **C2** (3 points): Concludes.
  
  Alternatively: finds the inverse.

## No credit

- Only examples.

## Deductions

- **D1** (minus 1 point): The case $x = 0$ is missing.
- **D2** (minus 1 point, at most 2 in all): Slips in calculations.

## Notes

Parallel chains do not add up.`,
  );
  assert.deepEqual(schemeFromMarkdown(markdown), scheme);
});

test('other ways and limits stand in the text with the rule that a judge needs', () => {
  const scheme = gradingSchemeSchema.parse({
    chain: 'Induction',
    checkpoints: [
      { id: 'A1', points: 5, kind: 'main', description: 'The step.' },
      { id: 'A2', points: 2, kind: 'routine', description: 'The base.' },
    ],
    alternatives: [
      { name: 'Extremal principle', checkpoints: [{ id: 'B1', points: 7, description: 'All of it.' }] },
    ],
    limits: [{ points: 5, description: 'Claims that contradict each other.' }],
  });
  const markdown = schemeToMarkdown(scheme);
  assert.equal(
    markdown,
    `## Checkpoints: Induction (7 points in all)

- **A1** (5 points, main): The step.
- **A2** (2 points, routine): The base.

## Alternative checkpoints: Extremal principle (7 points in all)

Another way to a proof. Only one chain of checkpoints counts, the one that earns most; points of two chains are never added.

- **B1** (7 points): All of it.

## Limits

- **L1** (at most 5 points for the proof): Claims that contradict each other.`,
  );
  assert.deepEqual(schemeFromMarkdown(markdown), scheme);
});

test('every scheme reads back as it was, whatever its texts hold', () => {
  const line = fc.oneof(
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      '- item',
      '## Checkpoints',
      '## Notes',
      '**C1** (3 points): x',
      '  indented',
      '$a_b$',
      '1. x',
    ),
  );
  // Space at the ends, and empty lines with space in them, mean nothing in Markdown.
  const text = fc
    .array(line, { minLength: 1, maxLength: 4 })
    .map((lines) =>
      lines
        .map((one) => one.replaceAll(/[\r\n]/g, ' ').trimEnd())
        .join('\n')
        .trim(),
    )
    .filter((joined) => joined !== '');
  const points = fc.constantFrom(0.5, 1, 2, 3, 4, 7);
  // A name is one line, single-spaced.
  const name = text.map((one) => one.replaceAll(/\s+/g, ' '));
  const checkpoints = fc.array(
    fc.record(
      {
        id: fc.stringMatching(/^[A-Za-z][\w.-]{0,6}$/),
        points,
        kind: fc.constantFrom('main' as const, 'routine' as const),
        description: text,
      },
      { requiredKeys: ['id', 'points', 'description'] },
    ),
    { minLength: 1, maxLength: 4 },
  );
  const scheme = fc.record(
    {
      checkpoints,
      chain: name,
      alternatives: fc.array(fc.record({ name, checkpoints }), { minLength: 1, maxLength: 2 }),
      limits: fc.array(fc.record({ points, description: text }), { minLength: 1, maxLength: 2 }),
      zeroCredit: fc.array(text, { maxLength: 3 }),
      deductions: fc.array(
        fc.record({ points, cap: points, description: text }, { requiredKeys: ['points', 'description'] }),
        { maxLength: 3 },
      ),
      notes: text,
    },
    { requiredKeys: ['checkpoints', 'zeroCredit', 'deductions'] },
  );
  fc.assert(
    fc.property(scheme, (written) => {
      const parsed = gradingSchemeSchema.parse(written);
      assert.deepEqual(schemeFromMarkdown(schemeToMarkdown(parsed)), parsed);
    }),
    { numRuns: 500, seed: 6 },
  );
});

test('what is not of this form is refused with what was expected', () => {
  const refused = (text: string): RegExp | string => {
    try {
      schemeFromMarkdown(text);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  assert.match(String(refused('Give 7 points.')), /has the headings/);
  assert.match(
    String(refused('## Checkpoints (10 points in all)\n\n- **A** (10 points): x')),
    /7 points in all/,
  );
  assert.match(String(refused('## Checkpoints (7 points in all)\n\n- A, 7 points')), /checkpoint: expected/);
  assert.match(
    String(refused('## Checkpoints (7 points in all)\n\n- **A** (7 points): x\ny')),
    /indented line/,
  );
});
