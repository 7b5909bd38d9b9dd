import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gradingSchemeSchema } from '../problem.ts';
import { schemeFromMarkdown, schemeToMarkdown } from '../scheme-markdown.ts';
import { openSuite } from '../suites/open-suite.ts';
import { parseGuidelines } from '../suites/parse-guidelines.ts';
import { schemeOf } from '../suites/scheme-of.ts';
import { schemeFaults } from './check-scheme.ts';
import { schemeOfText } from './scheme-of-text.ts';

function read(text: string) {
  const reading = schemeOfText(text);
  assert.ok(reading.ok, reading.ok ? '' : reading.why);
  return reading.scheme;
}

function refused(text: string): string {
  const reading = schemeOfText(text);
  return reading.ok ? 'it was read' : reading.why;
}

test('three numbered parts, points in bold before what earns them', () => {
  const scheme = read(`1. **Checkpoints (7 pts total)**
  * **2 pts**: Shows that $f(0) = 0$.
  * **(3 pts)** Proves injectivity,
    by comparing two arguments.
  * **[2 points]** Concludes that $f(x) = x$.
  * **Total (max 7)**

2. **Zero-credit items**
  * Guessing $f(x) = x$.
  * Values at small integers.

3. **Deductions**
  * **-1 pt**: The check of the answer is missing.
  * **-2**: Divides by something that may be 0.
  * **Cap at 5/7**: Claims that contradict each other.`);
  assert.deepEqual(scheme, {
    maximumPoints: 7,
    checkpoints: [
      { id: 'C1', points: 2, description: 'Shows that $f(0) = 0$.' },
      { id: 'C2', points: 3, description: 'Proves injectivity,\nby comparing two arguments.' },
      { id: 'C3', points: 2, description: 'Concludes that $f(x) = x$.' },
    ],
    zeroCredit: ['Guessing $f(x) = x$.', 'Values at small integers.'],
    deductions: [
      { points: 1, description: 'The check of the answer is missing.' },
      { points: 2, description: 'Divides by something that may be 0.' },
    ],
    limits: [{ points: 5, description: 'Claims that contradict each other.' }],
  });
});

test('Markdown headings, points at the end, parts of a checkpoint below it', () => {
  const scheme = read(`Here is the rubric.

### Checkpoints
1. **Key lemma (4 pts)**: the sequence is bounded.
   - upper bound (2 pts)
   - lower bound (2 pts)
2. Monotone from some index on (2 pts)
3. Finishes (1 pt)

Total: 7

### Zero-credit
- Only computing terms.

### Deductions
- Missing the case of equality: deduct 1 point.
- If the limit is assumed to exist, capped at 4/7.`);
  assert.deepEqual(
    scheme.checkpoints.map(({ points, description }) => [points, description]),
    [
      [4, 'Key lemma: the sequence is bounded.\nupper bound (2 pts)\nlower bound (2 pts)'],
      [2, 'Monotone from some index on'],
      [1, 'Finishes'],
    ],
  );
  assert.deepEqual(scheme.deductions, [{ points: 1, description: 'Missing the case of equality' }]);
  assert.equal(scheme.limits?.[0]?.points, 4);
});

test('chains of which one counts', () => {
  const scheme = read(`**1. Checkpoints (7 pts total)**
**Score exactly one chain: take the maximum subtotal among chains; do not add points across chains.**

**Chain A: Induction on $n$**
* [5 pts] The step.
* [2 pts] The base.
* Subtotal: 7

**Chain B: Generating functions**
* [4 pts] Finds the function.
* [3 pts] Compares coefficients.

**Total (max 7)**

**2. Zero-credit items**
* Small cases.

**3. Deductions**
* **Cap at 6/7:**
  * The base is missing a value.
  * An index is off by one.
* **1 point:** Convergence is not mentioned.`);
  assert.equal(scheme.chain, 'Induction on $n$');
  assert.deepEqual(
    scheme.checkpoints.map(({ id, points }) => [id, points]),
    [
      ['A1', 5],
      ['A2', 2],
    ],
  );
  assert.deepEqual(
    scheme.alternatives?.map(({ name, checkpoints }) => [name, checkpoints.map(({ id }) => id)]),
    [['Generating functions', ['B1', 'B2']]],
  );
  assert.deepEqual(scheme.limits, [
    { points: 6, description: 'The base is missing a value.' },
    { points: 6, description: 'An index is off by one.' },
  ]);
  assert.deepEqual(scheme.deductions, [{ points: 1, description: 'Convergence is not mentioned.' }]);
});

test('our own Markdown is read as well', () => {
  const scheme = gradingSchemeSchema.parse({
    checkpoints: [{ id: 'all', points: 7, description: 'Everything.' }],
    limits: [{ points: 3, description: 'Nothing but examples.' }],
  });
  assert.deepEqual(read(schemeToMarkdown(scheme)), scheme);
});

test('what does not add up or has no such parts is refused with the reason', () => {
  assert.match(refused('(Partial) 1. Something.'), /no heading "Checkpoints"/);
  assert.match(refused('## Checkpoints\n- one thing\n- another'), /no checkpoint has points/);
  assert.match(
    refused('## Checkpoints\n- [4 pts] one thing\n- [4 pts] another'),
    /come to 8 points instead of 7/,
  );
  assert.match(
    refused('## Checkpoints\nChain A: one\n- [7 pts] it\nChain B: two\n- [6 pts] that'),
    /chain "two" come to 6 points/,
  );
  assert.match(
    refused('## Checkpoints\n- [7 pts] it all\n## Deductions\n- something is bad'),
    /deduction 1 does not say how many/,
  );
  assert.equal(refused(''), 'it has no heading "Checkpoints"');
});

test('no text, however long or strange, makes it throw or hang', () => {
  const long = `## Checkpoints\n${'- [1 pt] x '.repeat(20_000)}\n${'('.repeat(50_000)}\n${'- '.repeat(50_000)}`;
  const began = performance.now();
  assert.equal(typeof refused(long), 'string');
  assert.ok(performance.now() - began < 20_000);
});

const imoBench = fileURLToPath(
  new URL('../../../../shared/data/imo-bench/proofbench_v2.csv', import.meta.url),
);

test('guidelines in words, such as those of IMO-ProofBench, stay guidelines', {
  skip: existsSync(imoBench) ? false : '../shared/data/imo-bench is not here',
}, async () => {
  const { problems } = await openSuite('imo-proofbench', { path: imoBench });
  assert.equal(problems.length, 60);
  for (const { id, guidelines = '' } of problems) {
    assert.equal(schemeOfText(guidelines).ok, false, id);
    assert.ok(
      parseGuidelines(guidelines)?.sections.every(({ items }) => items.length > 0),
      id,
    );
  }
});

const usamo = fileURLToPath(
  new URL('../../../../shared/data/matharena-usamo2025/data/usamo/usamo_2025', import.meta.url),
);

test('the rubrics of USAMO 2025 are schemes, and so stay through Markdown', {
  skip: existsSync(usamo) ? false : '../shared/data/matharena-usamo2025 is not here',
}, () => {
  const entries = JSON.parse(readFileSync(path.join(usamo, 'grading_scheme.json'), 'utf8')) as unknown[];
  assert.equal(entries.length, 6);
  for (const entry of entries) {
    const published = schemeOf(entry);
    assert.equal(published.kind, 'scheme');
    if (published.kind !== 'scheme') continue;
    assert.deepEqual(schemeFaults(published.scheme, { wantsKinds: false }), []);
    const markdown = schemeToMarkdown(published.scheme);
    assert.deepEqual(schemeFromMarkdown(markdown), published.scheme);
    assert.deepEqual(schemeOfText(markdown), { ok: true, scheme: published.scheme });
  }
});
