/** `qed serve --openai` as a child process, with a small random model on the embedded engine. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configurations, writeModel } from '../engine/gguf/model-fixture.ts';

const binary = fileURLToPath(new URL('../../bin/qed.js', import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), 'qed-serve-'));
after(() => rmSync(scratch, { recursive: true }));
const environment = { ...process.env, QED_DEBUG: '', NO_COLOR: '1', QED_TEST_KEY: 'sk-test', QED_NO_KEY: '' };

before(async () => {
  const config = configurations.qwen3 ?? assert.fail();
  await writeModel(path.join(scratch, 'model'), { ...config, max_position_embeddings: 2048 });
});

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

async function startServe(t: TestContext, ...more: string[]): Promise<Started> {
  const args = [binary, 'serve', '--openai', '--model', 'model', '--port', '0', ...more];
  const child = spawn(process.execPath, args, { cwd: scratch, env: environment });
  t.after(() => child.kill('SIGKILL'));
  const texts = { out: '', err: '' };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.err += text;
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  child.stdout.setEncoding('utf8');
  for await (const text of child.stdout) {
    texts.out += String(text);
    if (texts.out.includes('Ctrl-C stops it.')) break;
  }
  const url = /^serving at (http\S+)$/m.exec(texts.out)?.[1] ?? assert.fail(texts.err);
  return { child, url, out: () => texts.out, err: () => texts.err, ended };
}

function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

const messages = [{ role: 'user', content: 'Prove it.' }];

test('a model directory and a scaffold around it are served, and SIGTERM ends the server', async (t) => {
  const args = [
    '--name',
    'tiny',
    '--scaffold',
    'single-turn',
    '--api-key-env',
    'QED_TEST_KEY',
    '--seed',
    '1',
  ];
  const { child, url, out, err, ended } = await startServe(t, ...args);
  const headers = { authorization: 'Bearer sk-test' };
  const models = (await (await fetch(`${url}/models`, { headers })).json()) as { data: { id: string }[] };
  assert.deepEqual(
    models.data.map(({ id }) => id),
    ['tiny', 'tiny+single-turn'],
  );
  assert.match(out(), /curl http\S+\/chat\/completions -H "authorization: Bearer \$QED_TEST_KEY"/);
  assert.doesNotMatch(out(), /sk-test/);
  assert.equal((await fetch(`${url}/models`)).status, 401);

  const ask = { model: 'tiny', messages, max_tokens: 8, seed: 3, logprobs: true };
  const answers: unknown[] = [];
  for (let i = 0; i < 2; i += 1) {
    const answer = (await (await post(`${url}/chat/completions`, ask, headers)).json()) as {
      choices: { logprobs: { content: object[] } }[];
      usage: { completion_tokens: number };
    };
    assert.equal(answer.choices[0]?.logprobs.content.length, answer.usage.completion_tokens);
    answers.push(answer.choices);
  }
  assert.deepEqual(answers[0], answers[1], 'a seed gives the same answer again');

  const scaffolded = { model: 'tiny+single-turn', messages, max_tokens: 8, stream: true };
  const stream = await (await post(`${url}/chat/completions`, scaffolded, headers)).text();
  assert.match(stream, /"reasoning_content":"call 1: solve/);
  assert.match(stream, /data: \[DONE\]\n\n$/);

  const going = { model: 'tiny', prompt: 'Let x', max_tokens: 4, logprobs: 2 };
  const completion = (await (await post(`${url}/completions`, going, headers)).json()) as {
    choices: { logprobs: { tokens: string[]; top_logprobs: object[] } }[];
  };
  const { tokens = [], top_logprobs: top = [] } = completion.choices[0]?.logprobs ?? {};
  assert.ok(tokens.length >= 1 && top.length === tokens.length);
  assert.ok(Object.values(top[0] ?? {}).every((logprob) => logprob < 0));

  const long = await post(`${url}/chat/completions`, { ...ask, max_tokens: 5000 }, headers);
  const { error } = (await long.json()) as { error: { code: string } };
  assert.deepEqual([long.status, error.code], [400, 'context_length_exceeded']);

  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  assert.match(err(), /^200 POST \/v1\/chat\/completions tiny \d+\.\d s, \d+ \+ \d tokens$/m);
  assert.match(err(), /^401 GET \/v1\/models/m);
  assert.match(err(), /^stopping when the running answers are done/m);
});

test('a client that goes away frees the engine; a running answer is finished before the end', async (t) => {
  const { child, url, err, ended } = await startServe(t, '--concurrency', '1', '--grace', '60');
  const health = url.replace('/v1', '/health');
  const running = async (): Promise<number> =>
    ((await (await fetch(health)).json()) as { running: number }).running;
  const [{ id }] = ((await (await fetch(`${url}/models`)).json()) as { data: [{ id: string }] }).data;
  const ask = { model: id, messages, temperature: 1 };
  const controller = new AbortController();
  const left = fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...ask, max_tokens: 1900, n: 1, stop: ['no such text at all'] }),
    signal: controller.signal,
  });
  while ((await running()) === 0) await Promise.resolve();
  controller.abort();
  await assert.rejects(left);
  while ((await running()) === 1) await Promise.resolve();
  const last = post(`${url}/chat/completions`, { ...ask, max_tokens: 300 });
  while ((await running()) === 0) await Promise.resolve();
  child.kill('SIGTERM');
  assert.equal((await last).status, 200);
  assert.equal(await ended, 0);
  assert.match(err(), /^499 POST/m);
});

function serveOnce(...args: string[]): { code: number | null; err: string } {
  const { status, stderr } = spawnSync(process.execPath, [binary, 'serve', ...args], {
    ...{ cwd: scratch, encoding: 'utf8', env: environment },
  });
  return { code: status, err: stderr };
}

test('what cannot be served is said in one line', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? `${address.port}` : assert.fail();
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [
      ['--model', 'model'],
      2,
      /^--model is for --openai and --tinker; the web app asks for models on its page "Try"\n$/,
    ],
    [['--tinker'], 2, /--tinker needs a model: --model DIR/],
    [['--tinker', '--openai', '--model', 'model'], 2, /^--openai and --tinker are two servers/],
    [['--tinker', '--model', 'absent'], 1, /^--model absent: absent: no such directory[^\n]+\n$/],
    [
      ['--tinker', '--model', 'a=model', '--model', 'a=model'],
      2,
      /^--model: two models are called a; name one of them: NAME=SPEC\n$/,
    ],
    [['--tinker', '--model', 'model', '--host', '0.0.0.0'], 2, /^--host 0\.0\.0\.0: [^\n]+--api-key-env/],
    [['--openai', '--model', 'model', '--model', 'model'], 2, /^--openai serves one model/],
    [
      ['--openai', '--model', 'model', '--port', port],
      1,
      /^--port \d+: another program listens there; [^\n]+\n$/,
    ],
    [['--openai', '--model', 'absent'], 1, /^absent: no such model; [^\n]+\n$/],
    [
      ['--openai', '--model', 'model', '--scaffold', 'rsb'],
      1,
      /^there is no scaffold "rsb"; there are [^\n]+\n$/,
    ],
    [
      ['--openai', '--model', 'model', '--host', '0.0.0.0'],
      2,
      /^--host 0\.0\.0\.0: [^\n]+--api-key-env[^\n]+\n$/,
    ],
    [
      ['--openai', '--model', 'model', '--host', '0.0.0.0', '--api-key-env', 'QED_NO_KEY'],
      2,
      /^--api-key-env QED_NO_KEY: the environment has no such variable, or an empty one\n$/,
    ],
    [
      ['--openai', '--model', 'model', '--cors', 'chat.example'],
      2,
      /^--cors chat\.example: an origin is like/,
    ],
    [['--openai', '--model', 'model', '--port', 'x'], 2, /It is a whole number from 0 to 65535/],
    [['--openai'], 2, /--openai needs a model: --model SPEC/],
  ];
  for (const [args, code, message] of cases) {
    const result = serveOnce(...args);
    assert.equal(result.code, code, `${args.join(' ')}: ${result.err}`);
    assert.match(result.err, message);
  }
});
