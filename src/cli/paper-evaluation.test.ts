/**
 * docs/paper-evaluation.md keeps its word: every `qed` command on it, run as it stands there, on scripted servers in place of
 * the models and with one problem of each suite.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  chunk,
  done,
  finished,
  startServer,
  stream,
  usage,
} from '../model/openai/fixtures/scripted-server.ts';

const binary = fileURLToPath(new URL('../../bin/qed.js', import.meta.url));
const page = fileURLToPath(new URL('../../docs/paper-evaluation.md', import.meta.url));
const suites = fileURLToPath(new URL('../../../shared/data/imo-bench/', import.meta.url));
const skip =
  process.platform === 'win32'
    ? 'the commands are for a POSIX shell'
    : existsSync(suites)
      ? false
      : `${suites} is not there`;
const scratch = mkdtempSync(path.join(tmpdir(), 'qed-paper-'));
after(() => rmSync(scratch, { recursive: true }));

/** Lines of the page's shell blocks that begin with `qed`. */
const commands = readFileSync(page, 'utf8')
  .split(/^```sh$/m)
  .slice(1)
  .flatMap((block) => (block.split(/^```$/m)[0] ?? '').split('\n'))
  .filter((line) => line.startsWith('qed '))
  .map((line) => line.replace('matharena-usamo2025', 'graded.json'));

/** The published columns, with a row of our own. */
const proofbench = {
  problem_id: 'APMO-2024-1',
  problem: 'Prove that the sum of two even integers is even.',
  solution: 'Write them as 2m and 2n.',
  grading_scheme: [{ title: 'The sum', points: 7, desc: '2m + 2n = 2(m + n).' }],
};

/** Two proofs of two problems that people graded, in place of a data set of the hub. */
const graded = ['even', 'odd'].flatMap((kind) =>
  [7, 0].map((points) => ({
    problem: `Prove that the sum of two ${kind} integers is even.`,
    grading_scheme: proofbench.grading_scheme,
    proof: `Worth ${points}.`,
    points,
  })),
);

test('every command of the page does what it says', { skip }, async (context) => {
  const server = await startServer((response, { body }) => {
    const asked = JSON.stringify(body.messages);
    // No answer to what is asked, which a comparison sees.
    const text = asked.includes('<points>')
      ? 'Nearly complete. <points>6</points>'
      : asked.includes('<verdict>')
        ? '<verdict>correct</verdict>'
        : '</think>It follows that the claim holds. \\boxed{1}';
    const pieces = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: text }),
      finished('stop'),
      usage,
      done,
    ];
    stream(response, pieces.join(''));
  });
  context.after(() => server.close());
  writeFileSync(path.join(scratch, 'graded.json'), JSON.stringify(graded));
  writeFileSync(path.join(scratch, 'proofbench.jsonl'), `${JSON.stringify(proofbench)}\n`);
  const env = {
    ...process.env,
    ...{ QED_SUITES: suites, QED_DEBUG: '', NO_COLOR: '1', GEMINI_API_KEY: 'a-key' },
    ...{
      QED_NANO_BASE_URL: server.baseUrl,
      GPT_OSS_20B_BASE_URL: server.baseUrl,
      GEMINI_BASE_URL: server.baseUrl,
    },
  };
  const run = (command: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const line = `qed() { "${process.execPath}" "${binary}" "$@"; }\n${command}`;
      const child = spawn('sh', ['-c', line], { cwd: scratch, env });
      let [out, err] = ['', ''];
      child.stdout.on('data', (data: Buffer) => {
        out += data.toString();
      });
      child.stderr.on('data', (data: Buffer) => {
        err += data.toString();
      });
      child.on('error', reject);
      child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${command}\n${err}`))));
    });
  assert.ok(commands.length >= 16, `${commands.length} commands`);
  for (const command of commands) {
    const part =
      /^qed (compare|calibrate|plan calibrate)/.test(command) || command.includes('--where')
        ? ''
        : ' --where limit=1';
    const file = /(bench|--suite) proofbench/.test(command) ? ' --suite-file proofbench.jsonl' : '';
    const out = await run(`${command}${part}${file}`);
    if (command.startsWith('qed plan calibrate')) assert.match(out, /tokens/, command);
    else if (command.startsWith('qed plan')) assert.match(out, /^money +\$/m, command);
    else if (command.startsWith('qed calibrate'))
      for (const style of ['simple', 'opc', 'proofbench', 'proofbench-strict', 'gimo'])
        assert.match(out, new RegExp(`${style}.* \\d\\.\\d\\d`), command);
    else if (command.startsWith('qed bench')) assert.match(out, /^qed-nano.* (85\.7|0\.0) /m, command);
    else if (command.includes('--out')) assert.equal(out, '');
    else {
      // A row of Table 1 has all suites.
      assert.match(out, /^system +imo-answerbench +imo-proofbench +proofbench$/m);
      for (const system of ['qed-nano', 'qed-nano \\+ rsa'])
        assert.match(out, new RegExp(`^${system} +0\\.0 .* +85\\.7 .* +85\\.7 .*$`, 'm'));
      assert.match(out, /^qed-nano\(model=lm-provers\/QED-Nano-SFT\) +85\.7/m);
      assert.match(out, /^qed-nano \+ reasoning-cache +85\.7/m);
    }
  }
  assert.match(readFileSync(path.join(scratch, 'tables.tex'), 'utf8'), /\\begin\{tabular\}/);
  assert.match(readFileSync(path.join(scratch, 'score-and-cost.svg'), 'utf8'), /^<svg/);
});
