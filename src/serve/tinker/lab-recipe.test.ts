/**
 * A recipe of the lab on a server, as a person has it: `qed run` with another line `engine:`. It comes to the same as on the
 * embedded engine, weights to the bit; and a run that is killed anywhere, or whose server is, goes on to the same end.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { createOrtEngine } from '../../engine/ort/engine.ts';
import { openWeights } from '../../engine/sharded-safetensors.ts';
import { JournalReader } from '../../journal/journal-reader.ts';
import { resolveModel } from '../../model/open-model.ts';
import { type Ending, type Sitting, sit } from '../../recipe/fixtures/sitting.ts';
import { openBaseModel } from './base-model.ts';
import { temporaryFolder, tinyModel } from './fixtures/tinker-serving.ts';
import { startTinkerServer, type TinkerServer } from './tinker-server.ts';

const skip = process.platform === 'win32' && 'signals are POSIX';
const key = 'a-key-that-nobody-may-see';
/** Enough of the recipe that everything is saved, loaded, sampled and trained; the rest goes the same ways. */
const shorter = [
  ...['judge=null', 'evaluate=null', 'pretrain.steps=6', 'sft.steps=6', 'sft.checkpointEvery=3'],
  ...['rl.steps=5', 'data.validationTexts=8'],
].flatMap((set) => ['--set', set]);

interface Serving {
  readonly args: readonly string[];
  /** Another process in its place, with what was on disk. */
  restart(): Promise<void>;
}

async function serving(t: TestContext): Promise<Serving> {
  const checkpoints = await temporaryFolder(t);
  // As many as the recipe has: gradients are added in another order with another number.
  const engine = createOrtEngine({ threads: 2 });
  const bases = [await openBaseModel('tiny', tinyModel)];
  let server: TinkerServer | undefined;
  let port = 0;
  const start = async () => {
    const limits = { models: 40, uploadBytes: 1e9 };
    server = await startTinkerServer({ seed: 1, engine, bases, checkpoints, apiKey: key, port, limits });
    port = server.port;
  };
  await start();
  t.after(async () => {
    await server?.close(0);
    await engine.close();
  });
  const restart = async () => {
    await server?.close(0);
    await start();
  };
  const settings = `engine={ kind: tinker, url: "http://127.0.0.1:${port}", apiKeyVariable: MY_KEY }`;
  return { args: ['--set', settings, ...shorter], restart };
}

async function sitRemote(run: string, { args }: Serving, ending?: Ending): Promise<Sitting> {
  const environment = { MY_KEY: key };
  return await sit(run, { args, environment, ...(ending === undefined ? {} : { ending }) });
}

/** Of a time or a place, and not of training. */
const costs =
  /^(?:seconds|tokensPerSecond|.*Bytes|waitedSeconds|stragglerSeconds|.*Share|sampledTokensPerSecond|orchestratorSeconds|canaryMismatch)$/;
/** The embedded engine runs a shared prompt once, and a client cannot know what a server does. */
const counted = new Set(['processedTokens']);

type Figures = Readonly<Record<string, unknown>>;

function figuresOf(run: string): Figures[] {
  const lines = readFileSync(path.join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const entries = Object.entries(JSON.parse(line) as Figures);
    return Object.fromEntries(entries.filter(([name]) => name === 'overflowShare' || !costs.test(name)));
  });
}

/** Field by field. The client adds up losses in double precision, the engine in single. */
function assertSameFigures(run: string, twin: string): void {
  const [own, other] = [figuresOf(run), figuresOf(twin)];
  assert.equal(own.length, other.length);
  own.forEach((figures, index) => {
    const expected = other[index] ?? {};
    assert.deepEqual(Object.keys(figures).sort(), Object.keys(expected).sort());
    for (const [name, value] of Object.entries(figures)) {
      if (counted.has(name)) continue;
      const where = `${String(figures.stage)} ${String(figures.step)} ${name}`;
      if (name !== 'loss') assert.deepEqual(value, expected[name], where);
      else assert.ok(Math.abs(Number(value) - Number(expected[name])) < 1e-5, where);
    }
  });
}

function weights(run: string, checkpoint: string): Buffer {
  return readFileSync(path.join(run, 'checkpoints', checkpoint, 'model.safetensors'));
}

describe('the lab recipe on a server', { skip }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'qed-lab-remote-'));
  const twin = path.join(folder, 'embedded');
  after(() => rmSync(folder, { recursive: true }));
  before(async () => {
    const { code, errors } = await sit(twin, { args: shorter });
    assert.equal(code, 0, errors);
  });

  test('it comes to the same figures, and to the same weights to the bit; its key is in no file', async (t) => {
    const run = path.join(await temporaryFolder(t), 'remote');
    const { code, errors, output } = await sitRemote(run, await serving(t));
    assert.equal(code, 0, errors);
    assertSameFigures(run, twin);
    for (const checkpoint of ['base/6', 'sft/6', 'rl/5'])
      assert.ok(weights(run, checkpoint).equals(weights(twin, checkpoint)), checkpoint);
    const kept = ['recipe.yaml', 'report.json', 'checkpoints/rl/5/tinker.json'];
    for (const name of kept) assert.ok(!readFileSync(path.join(run, name), 'utf8').includes(key), name);
    assert.ok(!output.includes(key) && !errors.includes(key));
  });

  test('PAY-ONCE: killed at named moments, and its server restarted, it goes on to the same weights', async (t) => {
    const run = path.join(await temporaryFolder(t), 'killed');
    const server = await serving(t);
    const endings: readonly Ending[] = [
      { kind: 'moment', moment: { operation: 'rename', path: 'checkpoints/sft/3', when: 'before' } },
      { kind: 'line', pattern: /^rl 2\// },
      { kind: 'moment', moment: { operation: 'append', path: 'rl/batch/4', when: 'after' } },
      { kind: 'moment', moment: { operation: 'append', path: 'rl/step/4', when: 'after' } },
    ];
    for (const [index, ending] of endings.entries()) {
      const { signal, errors } = await sitRemote(run, server, ending);
      assert.equal(signal, 'SIGKILL', `${JSON.stringify(ending)} did not come to pass: ${errors}`);
      if (index === 1) await server.restart();
    }
    const last = await sitRemote(run, server);
    assert.equal(last.code, 0, last.errors);
    assertSameFigures(run, twin);
    assert.ok(weights(run, 'rl/5').equals(weights(twin, 'rl/5')));
    const reader = new JournalReader(run);
    const attempts = [...reader.effectsBelow('rl/')].map(({ unit, label }) => `${unit} ${label}`);
    assert.equal(new Set(attempts).size, attempts.length);
    reader.close();
  });

  test('a server that goes away ends the run with its name; the same command goes on when it is back', async (t) => {
    const run = path.join(await temporaryFolder(t), 'lost');
    const server = await serving(t);
    let restarted: Promise<void> | undefined;
    const first = await sit(run, {
      args: server.args,
      environment: { MY_KEY: key },
      onLine: (line) => {
        if (/^rl 3\//.test(line)) restarted ??= server.restart();
      },
    });
    await restarted;
    assert.equal(first.code, 1, first.output);
    assert.match(first.errors, /127\.0\.0\.1/);
    const last = await sitRemote(run, server);
    assert.equal(last.code, 0, last.errors);
    assertSameFigures(run, twin);
    assert.ok(weights(run, 'rl/5').equals(weights(twin, 'rl/5')));
  });

  test('a checkpoint without weights is sampled from on the server that keeps it, and is no embedded model', async (t) => {
    const run = path.join(await temporaryFolder(t), 'pointer');
    const remote = await serving(t);
    const { code, errors } = await sit(run, {
      args: [...remote.args, '--set', 'rl=null', '--set', 'sft=null'],
      environment: { MY_KEY: key },
    });
    assert.equal(code, 0, errors);
    const request = {
      messages: [{ role: 'user' as const, content: 'Given A. Rules: A gives B. Prove B.' }],
      ...{ maxTokens: 12, temperature: 0, seed: 1 },
    };
    const reply = async (spec: string) => {
      const model = await (await resolveModel(spec, { MY_KEY: key })).open();
      try {
        return (await model.generate(request)).tokens?.completion_T;
      } finally {
        await model.close?.();
      }
    };
    const here = await reply(`run:${run}/base`);
    // As where a server does not give weights out.
    const checkpoint = path.join(run, 'checkpoints', 'base', '6');
    const pointer = path.join(path.dirname(run), 'only-pointer');
    cpSync(checkpoint, pointer, { recursive: true, filter: (file) => !file.endsWith('.safetensors') });
    assert.deepEqual(await reply(`${pointer},key=MY_KEY`), here);
    await assert.rejects(openWeights(pointer), /the weights of this checkpoint are not here: the server at/);
  });

  test('a key that the server refuses is said with the variable, and nothing is begun', async (t) => {
    const run = path.join(await temporaryFolder(t), 'refused');
    const { args } = await serving(t);
    const { code, errors } = await sit(run, { args, environment: { MY_KEY: 'another-key-of-somebody' } });
    assert.equal(code, 1);
    assert.match(errors, /MY_KEY/);
    assert.ok(!errors.includes('another-key-of-somebody'));
  });
});
