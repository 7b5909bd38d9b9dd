import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { harpToExamples, readHarp, splitHarp } from './harp.ts';
import { DataFileError } from './json-lines.ts';

const real = fileURLToPath(new URL('../../../shared/data/harp/HARP_proof-based.jsonl.zip', import.meta.url));
const member = 'HARD-Math_proof-based.jsonl';
const folder = mkdtempSync(path.join(tmpdir(), 'qed-harp-'));
after(() => rmSync(folder, { recursive: true }));

const row = (changes: Record<string, unknown> = {}) => ({
  year: '1999',
  contest: 'USAMO',
  number: 2,
  level: 7,
  subject: 'algebra',
  multiple_choice_only: false,
  problem: 'Show that $x=x$.',
  solution_1: 'First proof.',
  num_solutions: 1,
  ...changes,
});

let files = 0;
function zipOf(members: Record<string, string>): string {
  files += 1;
  const file = path.join(folder, `${files}.zip`);
  writeFileSync(
    file,
    zipSync(Object.fromEntries(Object.entries(members).map(([name, text]) => [name, strToU8(text)]))),
  );
  return file;
}
const linesOf = (...rows: readonly unknown[]): string =>
  rows.map((one) => `${JSON.stringify(one)}\n`).join('');

test('a problem has all its proofs in order, and its tags', async () => {
  const rows = [
    row({ solution_10: 'j', solution_2: 'b', num_solutions: 3 }),
    row({ contest: 'USAJMO', year: 2011, number: '4' }),
  ];
  const [first, second] = await readHarp(zipOf({ [member]: linesOf(...rows) }));
  assert.deepEqual(first, {
    id: 'harp-usamo-1999-2',
    statement: 'Show that $x=x$.',
    solutions: ['First proof.', 'b', 'j'],
    source: 'aadityasingh/HARP',
    tags: { year: 1999, contest: 'USAMO', number: '2', level: 7, subject: 'algebra' },
  });
  assert.equal(second?.id, 'harp-usajmo-2011-4');
});

test('the unzipped file reads the same, with CRLF and blank lines', async () => {
  const file = path.join(folder, 'plain.jsonl');
  writeFileSync(file, `\uFEFF${linesOf(row()).replace('\n', '\r\n\r\n')}`);
  assert.deepEqual(await readHarp(file), await readHarp(zipOf({ [`folder/${member}`]: linesOf(row()) })));
});

test('a file that is not the proof problems says what it is and where to get them', async () => {
  const where = /get HARP_proof-based\.jsonl\.zip from https:\/\/github\.com\/aadityasingh\/HARP/;
  const rejects = async (file: string, ...messages: readonly RegExp[]): Promise<void> => {
    for (const message of [...messages, where, new RegExp(`^${file.replaceAll('\\', '\\\\')}`)]) {
      await assert.rejects(readHarp(file), ({ message: text }: Error) => message.test(text));
    }
  };
  const noZip = path.join(folder, 'no.zip');
  writeFileSync(noZip, 'version https://git-lfs.github.com/spec/v1');
  await rejects(noZip, /not a readable zip/);
  await rejects(
    zipOf({ 'HARD-Math.jsonl': 'x' }),
    /no member HARD-Math_proof-based\.jsonl, only HARD-Math\.jsonl/,
  );
  await rejects(zipOf({ [member]: '\n' }), /is empty/);
  await rejects(path.join(folder, 'absent.zip'), /cannot be read/, /ENOENT/);
});

test('a bad row names file, member, line and field; no proof is lost in silence', async () => {
  const rejects = async (bad: unknown, message: RegExp): Promise<void> => {
    const file = zipOf({ [member]: linesOf(row({ number: 1 }), bad) });
    await assert.rejects(readHarp(file), (error: Error) => {
      assert.ok(error instanceof DataFileError);
      assert.ok(error.message.startsWith(`${file} (${member}):2  `), error.message);
      assert.match(error.message, message);
      return true;
    });
  };
  await rejects(row({ problem: undefined }), /field problem/);
  await rejects(row({ level: 'hard' }), /field level/);
  await rejects(row({ solution_2: 3, num_solutions: 2 }), /field solution_2/);
  await rejects(row({ solution_1: ' ' }), /field solution_1/);
  await rejects(row({ num_solutions: 2 }), /num_solutions: says 2, but there are 1/);
  await rejects(row({ number: 1 }), /harp-usamo-1999-1 occurs twice/);
});

test('every proof is an example that asks for the proof of its problem', async () => {
  const problems = await readHarp(zipOf({ [member]: linesOf(row({ solution_2: 'b', num_solutions: 2 })) }));
  const examples = harpToExamples(problems);
  assert.deepEqual(
    examples.map(({ messages }) => messages.at(-1)),
    [
      { role: 'assistant', content: 'First proof.' },
      { role: 'assistant', content: 'b' },
    ],
  );
  for (const { messages, tags } of examples) {
    assert.match(messages[0]?.content ?? '', /^[^\n]+\n\nShow that \$x=x\$\.$/);
    assert.deepEqual(tags, { problem: 'harp-usamo-1999-2' });
  }
});

test('a split is a partition by problem, the same for the same seed', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => row({ number: i + 1 }));
  const problems = await readHarp(zipOf({ [member]: linesOf(...rows) }));
  fc.assert(
    fc.property(fc.nat(1000), fc.double({ min: 0, max: 1, noNaN: true }), (seed, share) => {
      const { train, validation } = splitHarp(problems, share, seed);
      assert.equal(validation.length, Math.round(40 * share));
      const ids = [...train, ...validation].map(({ id }) => id);
      assert.deepEqual(ids.toSorted(), problems.map(({ id }) => id).toSorted());
      assert.deepEqual(splitHarp(problems, share, seed), { train, validation });
    }),
    { seed: 1 },
  );
  const held = (seed: number) => splitHarp(problems, 0.5, seed).validation.map(({ id }) => id);
  assert.notDeepEqual(held(1), held(2));
});

test('the real file has 310 problems and 613 proofs', {
  skip: existsSync(real) ? false : `${path.basename(real)} is not in ../shared`,
}, async () => {
  const problems = await readHarp(real);
  assert.equal(problems.length, 310);
  assert.equal(harpToExamples(problems).length, 613);
  assert.deepEqual(problems[0]?.tags, {
    year: 1972,
    contest: 'USAMO',
    number: '1',
    level: 7,
    subject: 'number_theory',
  });
  const { train, validation } = splitHarp(problems, 0.1, 0);
  assert.deepEqual([train.length, validation.length], [279, 31]);
  // The same problem under two names, or a proof copied to a second problem, would leak into the held-out loss.
  const lettersOf = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
  const seen = new Set(train.flatMap(({ statement, solutions }) => [statement, ...solutions].map(lettersOf)));
  const leaked = validation.flatMap(({ statement, solutions }) =>
    [statement, ...solutions].filter((text) => seen.has(lettersOf(text))),
  );
  assert.deepEqual(leaked, []);
});
