/**
 * A folder in which everything that others can write is hostile: names of directories, files, models, judges, problems and
 * graders, statements, solutions, schemes, proofs, thoughts, reports, comments, errors of an endpoint, recipes, figures. The
 * runs are made by the real commands; in a copy of a lab run, whose texts come from the lab, the record is rewritten.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parse, stringify } from 'yaml';
import { runCommand } from '../../src/cli/fixtures/run-command.ts';
import { StepWriter } from '../../src/curate/step-files.ts';
import {
  chunk,
  done,
  finished,
  type Received,
  type ScriptedServer,
  startServer,
  stream,
  usage,
} from '../../src/model/openai/fixtures/scripted-server.ts';
import { dataRow } from '../../src/view/data/fixtures/data-folder.ts';
import { hostileTexts } from '../../src/view/fixtures/hostile-texts.ts';
import type { FixtureFolder } from './fixture-folder.ts';

/** Every text, a turn of direction that nothing takes back, and lines without a place to break. */
export const hostileText = [
  ...hostileTexts,
  'turned \u202E\u2066gnihton',
  'W'.repeat(4000),
  '\\frac'.repeat(600),
].join('\n\n');
/** The same for what has one line. */
export const hostileName =
  '"><img src=x onerror=window.hacked=31><script>window.hacked=32</script>\u202Eeman';
const long = `${hostileName}${'m'.repeat(70)}`;

const problems = ['one', 'two', 'three'].map((which) => ({
  id: `${which} ${long}`,
  statement: `Prove ${which}. ${hostileText}`,
  solutions: [hostileText],
  source: hostileName,
  tags: { category: hostileName, level: long },
  scheme: {
    chain: hostileName,
    checkpoints: [
      { id: hostileName, points: 4, kind: 'main', description: hostileText },
      { id: `b${hostileName}`, points: 3, kind: 'routine', description: hostileText },
    ],
    zeroCredit: [hostileText],
    deductions: [{ points: 1, description: hostileText }],
    limits: [{ points: 3, description: hostileText }],
    notes: hostileText,
  },
}));

/** `lab`: directory of a finished lab run to copy. */
export async function makeHostileFolder(lab: string): Promise<FixtureFolder> {
  const folder = mkdtempSync(path.join(tmpdir(), 'qed-web-hostile-'));
  const server = await startHostileServer();
  const remove = async (): Promise<void> => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await fill(folder, server, lab);
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, endpoint: server.baseUrl, remove };
}

async function fill(folder: string, server: ScriptedServer, lab: string): Promise<void> {
  const qed = async (...args: string[]): Promise<void> => {
    const { code, err } = await runCommand(args, { directory: folder });
    if (code !== 0) throw new Error(`qed ${args.join(' ')}: ${code}\n${err}`);
  };
  const spec = (name: string): string => `openai:${server.baseUrl}#${name}`;
  const suite = '<img src=x onerror=window.hacked=33>.jsonl';
  writeFileSync(path.join(folder, suite), problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''));
  const judge = `${spec('judge<svg/onload=window.hacked=34>')}(style=simple,scheme=if-any)`;
  for (const run of ['<b onclick=window.hacked=35>bench', `bench ${'n'.repeat(180)}`]) {
    const model = spec(`solver<script>window.hacked=36</script>${run.length}`);
    const bench = ['bench', suite, '--model', model, '--runs', '2', '--judge', judge, '--run', run];
    await qed(...bench, '--max-ungraded', '1');
  }
  const scaffold = ['--scaffold', 'rsa(n=3,k=2,rounds=1)', '--budget', '200k tokens'];
  await qed('prove', suite, '--model', spec('prover'), ...scaffold, '--run', '<script>window.hacked=37<');
  const set = 'graded<svg onload=window.hacked=42>.jsonl';
  writeFileSync(path.join(folder, set), gradings().join(''));
  const calibrate = ['calibrate', '--judge', judge, '--on', set, '--injections', '2', '--max-ungraded', '1'];
  await qed(...calibrate, '--run', '<em onclick=window.hacked=41>calibration');
  await curation(path.join(folder, '<i onmouseover=window.hacked=38>set'));
  hostileLab(lab, path.join(folder, '<img src=x onerror=window.hacked=39>lab'));
  mkdirSync(path.join(folder, '<u>damaged\u202E'));
  writeFileSync(path.join(folder, '<u>damaged\u202E', 'recipe.yaml'), `name: [${hostileName}`);
}

/** Answers hostile texts, judges with them, and fails with them. */
async function startHostileServer(): Promise<ScriptedServer> {
  return await startServer((response, { body }: Received) => {
    const seed = Number(body.seed ?? 0);
    if (!String(body.model).startsWith('judge')) {
      const reasoning = chunk({ reasoning_content: hostileText.repeat(3) });
      stream(response, [reasoning, chunk({ content: hostileText }), finished('stop'), usage, done].join(''));
    } else if (seed % 4 === 3) {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: hostileText, type: hostileName, code: hostileName } }));
    } else {
      const report = chunk({ content: `${hostileText}\n\n<points>${seed % 8}</points>` });
      stream(response, [report, finished('stop'), usage, done].join(''));
    }
  });
}

/** Grades of people, as `qed calibrate --on` reads them. */
function gradings(): string[] {
  return problems.flatMap((problem) =>
    [0, 1, 7].map((points) => {
      const line = {
        form: 'qed-grade',
        proof_id: `${problem.id} ${points}`,
        problem,
        proof: hostileText,
        points,
      };
      return `${JSON.stringify({ ...line, grader: hostileName, by: 'person', author: hostileName, comment: hostileText })}\n`;
    }),
  );
}

async function curation(set: string): Promise<void> {
  mkdirSync(set, { recursive: true });
  writeFileSync(path.join(set, 'curation.json'), '{"done":{}}');
  const step = (name: string): string => path.join(set, 'data', name);
  const row = dataRow(`a ${long}`, { statement: hostileText, solutions: [hostileText], source: hostileName });
  const writer = await StepWriter.open(step('1-<img src=x onerror=window.hacked=40>'));
  await writer.keep(row);
  await writer.finish({ step: 'import', settings: { [hostileName]: hostileText }, inputs: [] });
  const second = await StepWriter.open(step('2-decontaminate'));
  await second.drop({ reason: 'contaminated', detail: hostileText, row });
  await second.note('matches.jsonl', {
    ...{ verdict: 'contaminated', row: { id: row.id, line: 1 }, against: { set: hostileName, id: long } },
    ...{ view: 'variables', measure: 'partial', score: 97, coverage: 1 },
    passage: { row: hostileText, other: `also ${hostileText}` },
  });
  await second.finish({ step: 'decontaminate', settings: {}, inputs: [], figures: { nearMisses: 0 } });
}

/** Fields of the record that hold what somebody wrote. */
const written = new Set([
  'report',
  'summary',
  'answer',
  'reasoning',
  'message',
  'description',
  'statement',
  'claim',
  'text',
]);

/** `value` with every text of such a field hostile. */
function poisoned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(poisoned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key,
      written.has(key) && typeof child === 'string' ? `${child} ${hostileText}` : poisoned(child),
    ]),
  );
}

function hostileLab(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  const recipe = path.join(to, 'recipe.yaml');
  const frozen = parse(readFileSync(recipe, 'utf8')) as object;
  writeFileSync(recipe, stringify({ ...frozen, description: hostileText }));
  const report = path.join(to, 'report.json');
  writeFileSync(report, JSON.stringify(poisoned(JSON.parse(readFileSync(report, 'utf8')))));
  const data = path.join(to, 'data');
  for (const file of readdirSync(data).filter((one) => /^(?:train|test)\.jsonl$/.test(one))) {
    const lines = readFileSync(path.join(data, file), 'utf8').trim().split('\n');
    const rows = lines.map((line) => `${JSON.stringify(poisoned(JSON.parse(line)))}\n`);
    writeFileSync(path.join(data, file), rows.join(''));
  }
  const database = new DatabaseSync(path.join(to, 'journal.db'));
  for (const table of ['effects', 'events']) {
    const update = database.prepare(`UPDATE ${table} SET value = ? WHERE sequence = ?`);
    for (const { sequence, value, stream: of } of database
      .prepare(`SELECT * FROM ${table} WHERE value IS NOT NULL`)
      .all()) {
      const figures = of === 'rl/step' ? { [hostileName]: 1, dropped: { [hostileName]: 1 } } : {};
      const changed = { ...(poisoned(JSON.parse(String(value))) as object), ...figures };
      update.run(JSON.stringify(changed), Number(sequence));
    }
  }
  const failure = JSON.stringify({ name: hostileName, message: hostileText });
  database
    .prepare('INSERT INTO failures (key, unit, label, error) VALUES (?, ?, ?, ?)')
    .run(new Uint8Array(32), 'rl/0/0', hostileName, failure);
  database.close();
}
