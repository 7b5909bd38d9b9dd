import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { examplesSection } from './examples-section.ts';
import { reportFixture } from './report-fixture.ts';
import type { Example } from './report-input.ts';

const [first] = reportFixture({ problems: 1 }).examples;
assert.ok(first !== undefined);
const example: Example = first;

function shown(examples: readonly Example[]) {
  const page = `<!doctype html><body>${examplesSection(examples)?.text ?? ''}</body>`;
  return parseHTML(page).document;
}

/** What a reader makes of `+1.5`, `+3/7` or a true minus sign. */
function read(text: string): number {
  const [above = '', below = '1'] = text.replace('\u2212', '-').split('/');
  return Number(above) / Number(below);
}

test('the points shown for the checkpoints of a scheme add up to 7', () => {
  for (let steps = 1; steps <= 16; steps += 1) {
    const scheme = {
      maximumPoints: 7 as const,
      checkpoints: [
        ...Array.from({ length: steps }, (_, i) => ({
          id: `${i}`,
          points: 3 / steps,
          description: 'a result',
        })),
        { id: 'goal', points: 4, description: 'the goal' },
      ],
      zeroCredit: [],
      deductions: [{ points: 0.5, cap: 1.5, description: 'a detour' }],
    };
    const texts = [...shown([{ ...example, scheme }]).querySelectorAll('details .items b')].map(
      ({ textContent }) => textContent,
    );
    const earned = texts.filter((text) => text.startsWith('+')).map(read);
    const sum = earned.reduce((total, value) => total + value, 0);
    assert.equal(earned.length, steps + 1);
    assert.ok(Math.abs(sum - 7) < 1e-9, `${steps} steps: ${texts.join(' ')}`);
    assert.equal(texts.at(-1), '\u22120.5');
  }
});

test('the lede says that problems gained only where one did', () => {
  const lede = (examples: readonly Example[]) => shown(examples).querySelector('.lede')?.textContent ?? '';
  assert.match(lede([example]), /^The problems that gained most/);
  const flat = { ...example, answers: example.answers.slice(0, 1).flatMap((answer) => [answer, answer]) };
  assert.match(lede([flat]), /^None gained/);
  assert.match(lede([flat, example]), /^The problems that gained most/);
});
