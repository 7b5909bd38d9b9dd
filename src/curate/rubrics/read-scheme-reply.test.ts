import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readSchemeReply } from './read-scheme-reply.ts';

const good = `<scheme>
<chain name="Injectivity">
<checkpoint points="3" kind="main">Shows that $f$ is injective, with $\\frac{1}{2} < \\nu$.</checkpoint>
<checkpoint points="2" kind="main">Finds $f(0)$.</checkpoint>
<checkpoint points="2" kind="routine">Checks the answer.</checkpoint>
</chain>
<zero>Guessing the answer.</zero>
<deduction points="1">Divides by $x$ without excluding $x = 0$.</deduction>
<limit points="5">Claims that contradict each other.</limit>
</scheme>`;

const read = (answer: string, finish: 'stop' | 'length' = 'stop') => readSchemeReply({ answer, finish });

function schemeOf(answer: string) {
  const reading = read(answer);
  assert.ok(reading.ok, reading.ok ? '' : reading.complaint);
  return reading.value;
}

function complaintOf(answer: string, finish: 'stop' | 'length' = 'stop'): string {
  const reading = read(answer, finish);
  return reading.ok ? 'it was read' : reading.complaint;
}

test('a scheme in its form is read, with TeX as it was written', () => {
  const scheme = schemeOf(`I think about it first.\n\n${good}`);
  assert.deepEqual(scheme, {
    maximumPoints: 7,
    checkpoints: [
      {
        id: 'C1',
        points: 3,
        kind: 'main',
        description: 'Shows that $f$ is injective, with $\\frac{1}{2} < \\nu$.',
      },
      { id: 'C2', points: 2, kind: 'main', description: 'Finds $f(0)$.' },
      { id: 'C3', points: 2, kind: 'routine', description: 'Checks the answer.' },
    ],
    zeroCredit: ['Guessing the answer.'],
    deductions: [{ points: 1, description: 'Divides by $x$ without excluding $x = 0$.' }],
    limits: [{ points: 5, description: 'Claims that contradict each other.' }],
  });
});

test('what models do to the form does not matter', () => {
  const plain = schemeOf(good);
  const forms = [
    good.replaceAll('"', "'"),
    good.replaceAll(/"(\d)"/g, '$1'),
    good.replaceAll('points="3" kind="main"', 'kind="Main idea" points="3 points"'),
    good.replace('<chain name="Injectivity">\n', '').replace('</chain>\n', ''),
    good.replaceAll('checkpoint', 'Checkpoint'),
    good.replace('1}{2} < \\nu', '1}{2} &lt; \\nu'),
    `\`\`\`xml\n${good}\n\`\`\``,
    `<think>The sum must be 7. <scheme></scheme></think>${good}`,
    good.replaceAll('\n', ' '),
    // A limit that is said within its chain.
    good.replace(/<\/chain>\n([\s\S]*)<\/scheme>/, '$1</chain>\n</scheme>'),
  ];
  for (const form of forms) assert.deepEqual(schemeOf(form), plain, form);
});

test('several chains, each of 7 points', () => {
  const scheme = schemeOf(`<scheme>
<chain name="Induction"><checkpoint points="7" kind="main">The step and the base.</checkpoint></chain>
<chain name="A bijection">
<checkpoint points="4" kind="main">The map.</checkpoint>
<checkpoint points="3" kind="routine">It is a bijection.</checkpoint>
</chain>
</scheme>`);
  assert.equal(scheme.chain, 'Induction');
  assert.deepEqual(
    scheme.alternatives?.map(({ name, checkpoints }) => [name, checkpoints.map(({ id }) => id)]),
    [['A bijection', ['B1', 'B2']]],
  );
});

test('the last scheme counts, and one that was begun and not ended lets no earlier one take its place', () => {
  const draft = good.replace('points="3"', 'points="4"');
  assert.deepEqual(schemeOf(`${draft}\nThat is 8. Again:\n${good}`), schemeOf(good));
  assert.match(complaintOf(`${good}\nBetter:\n<scheme><chain>`), /last scheme does not stand between/);
  assert.match(complaintOf(good.slice(0, 200), 'length'), /cut at its limit|last scheme/);
});

test('every fault is named', () => {
  const faults: readonly (readonly [string, RegExp])[] = [
    ['', /it is empty/],
    ['The scheme: 4 points for the lemma.', /no scheme between <scheme> and <\/scheme>/],
    ['{"checkpoints": [{"points": 7', /no scheme between/],
    ['<scheme></scheme>', /no <checkpoint>/],
    [good.replace('points="3"', 'points="4"'), /come to 8 points instead of 7/],
    [good.replace('points="3"', 'points="2.5"'), /a whole number.*come to 6.5/],
    [good.replace('points="3"', 'points="three"'), /<checkpoint> needs points="N".*"three"/],
    [good.replace(' points="3"', ''), /<checkpoint> needs points="N"/],
    [good.replace(' kind="routine"', ''), /main or routine/],
    [good.replaceAll('kind="main"', 'kind="routine"'), /main results earn at least 4 points.*earn 0/],
    [good.replace('</checkpoint>', ''), /a <checkpoint> has no end/],
    [good.replace('</chain>', ''), /a <chain> has no end/],
    [good.replace('points="1"', 'points="3"'), /a deduction is of 1 or 2 points, and one takes 3/],
    [good.replace('points="5"', 'points="7"'), /limit is a whole number from 0 to 6/],
    [good.replace('Finds $f(0)$.', '...'), /a checkpoint says nothing: "..."/],
    [good.replace('Finds $f(0)$.', ''), /a checkpoint says nothing/],
    [good.replace('Finds $f(0)$.', 'Checks  the answer.'), /two checkpoints say the same/],
    [good.replace('points="3"', 'points="0"'), /at least 1 point/],
    [good.replace('<zero>', '<zero class=>'), /a tag <\/?zero> stands alone/],
    [good.replace('<zero>', '<checkpoint points="1" kind="main">Loose.</checkpoint><zero>'), /some do not/],
  ];
  for (const [answer, complaint] of faults) assert.match(complaintOf(answer), complaint, answer);
});

test('a form that was only copied is no scheme', () => {
  const form = `<scheme>
<chain name="...">
<checkpoint points="N" kind="main">...</checkpoint>
</chain>
</scheme>`;
  assert.match(complaintOf(form), /needs points="N" with a number/);
});

test('no reply makes it throw', () => {
  const piece = fc.constantFrom(
    ...['<scheme>', '</scheme>', '<chain name="a">', '</chain>', '<checkpoint points="7" kind="main">'],
    ...[
      '</checkpoint>',
      '<zero>',
      '</zero>',
      'text',
      '"',
      "'",
      '<',
      '>',
      '```\n',
      '\n',
      '<limit points="x">',
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const reading = read(pieces.join(''));
      assert.equal(typeof reading.ok, 'boolean');
    }),
    { numRuns: 2000, seed: 3 },
  );
});
