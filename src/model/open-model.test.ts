/** Models by every kind of name; what is wrong is one line. Parts with a GGUF file in llama.cpp are skipped without it. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { exportGguf } from '../engine/gguf/export-gguf.ts';
import { configurations, writeModel } from '../engine/gguf/model-fixture.ts';
import { writeCheckpoint } from '../journal/checkpoint-store.ts';
import type { ChatRequest } from './chat-model.ts';
import { loadLlamaCpp } from './llama-cpp-peer.ts';
import { ModelSpecError, resolveModel } from './open-model.ts';

const scratch = mkdtempSync(join(tmpdir(), 'qed-open-model-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const at = (...names: string[]): string => join(scratch, ...names);
await writeModel(at('tiny'), configurations.qwen3 ?? assert.fail());
mkdirSync(at('run', 'checkpoints', 'rl'), { recursive: true });
for (const step of [4, 9]) {
  await writeCheckpoint(at('run', 'checkpoints', 'rl', `${step}`), async (directory) => {
    await writeModel(directory, configurations.qwen3 ?? assert.fail(), step);
  });
}
await exportGguf({ directory: at('tiny'), path: at('tiny.gguf') });

const request: ChatRequest = {
  messages: [{ role: 'user', content: 'Prove that 2 + 2 = 4.' }],
  maxTokens: 12,
  temperature: 0,
  seed: 3,
};

async function refusal(spec: string, environment = {}): Promise<string> {
  const error = await resolveModel(spec, environment).then(
    () => assert.fail(`${spec} was accepted`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ModelSpecError, `${spec}: ${error}`);
  assert.doesNotMatch(error.message, /\n/);
  return error.message;
}

test('a directory runs on the embedded engine; its name goes with its weights, not its place', async () => {
  const found = await resolveModel(at('tiny'));
  assert.match(found.name, /^tiny-[\da-f]{8}$/);
  assert.deepEqual([found.price, found.contextTokens], [{ prompt: 0, completion: 0 }, 256]);
  const model = await found.open();
  const reply = await model.generate({ ...request, sampling: { topP: 0.9, topK: 4, stop: ['zz'] } });
  assert.ok(reply.usage.completionTokens > 0);
  assert.equal(model.countPromptTokens?.(request.messages), reply.usage.promptTokens);
  await model.close?.();
  cpSync(at('tiny'), at('copy', 'tiny'), { recursive: true });
  assert.equal((await resolveModel(at('copy', 'tiny'))).name, found.name);
  writeFileSync(at('tiny', 'generation_config.json'), '{"temperature":0.6,"top_p":0.95,"top_k":20}');
  const { temperature, sampling, maxTokens } = (await resolveModel(at('tiny'))).defaults;
  assert.deepEqual([temperature, sampling, maxTokens], [0.6, { topP: 0.95, topK: 20 }, 64]);
});

test('a checkpoint of a run is its last step, or the one that is named', async () => {
  const last = await resolveModel(`run:${at('run')}/rl`);
  const first = await resolveModel(`run:${at('run')}/rl@4`);
  assert.match(last.name, /^run-rl-9-[\da-f]{8}$/);
  assert.match(first.name, /^run-rl-4-[\da-f]{8}$/);
  assert.match((await resolveModel(`run:${at('run')}`)).name, /^run-rl-9-/);
  assert.match(await refusal(`run:${at('run')}/rl@5`), /no checkpoint of step 5; there are 4, 9$/);
  assert.match(
    await refusal(`run:${at('run')}/sft`),
    /no such directory\. Give a directory with config\.json/,
  );
});

test('an endpoint has an address and a model, a price where it is said, and a key where it belongs', async () => {
  const found = await resolveModel(
    'openai:http://127.0.0.1:8000/v1#Qwen/Qwen3-4B,price=0.1/0.4,context=32768',
  );
  assert.equal(found.name, 'Qwen/Qwen3-4B@127.0.0.1:8000/v1');
  assert.deepEqual([found.price, found.contextTokens], [{ prompt: 0.1, completion: 0.4 }, 32_768]);
  assert.equal((await resolveModel('vllm:http://127.0.0.1:8000/v1#m')).price, undefined);
  assert.match(
    await refusal('openai:http://127.0.0.1:8000/v1'),
    /the model's name is missing; an endpoint is openai:URL#MODEL/,
  );
  assert.match(await refusal('openai:https://api.openai.com/v1#gpt'), /OPENAI_API_KEY has no key/);
  assert.match(await refusal('openai:http://h/v1#m,price=cheap'), /price is "cheap"; it is PROMPT\/REPLY/);
  assert.match(
    await refusal('http://127.0.0.1:8000/v1'),
    /an endpoint is openai:http:\/\/127\.0\.0\.1:8000\/v1#MODEL/,
  );
  const model = await found.open();
  await model.close?.();
});

test('a preset is known by its name, with fields set over it', async () => {
  const found = await resolveModel('qed-nano,price=0.2/0.8,sampling.temperature=0.6');
  assert.deepEqual([found.name, found.price], ['qed-nano', { prompt: 0.2, completion: 0.8 }]);
  assert.deepEqual([found.defaults.temperature, found.defaults.maxTokens], [0.6, 229_376]);
  assert.match(await refusal('qed-nano,sampling.heat=1'), /heat/);
  // PAY-ONCE goes by the name: what one model was paid for is not another's.
  const other = await resolveModel('qed-nano,model=lm-provers/QED-Nano-SFT');
  assert.equal(other.name, 'qed-nano(model=lm-provers/QED-Nano-SFT)');
  assert.equal((await resolveModel('qed-nano,model=x,name=sft')).name, 'sft');
});

test('what names no model is one line that says what there is', async () => {
  assert.match(
    await refusal('qed-nan'),
    /^qed-nan: no such model; a model is a preset .* Presets: deepseek-math-v2, /,
  );
  assert.match(await refusal(''), /names no model/);
  assert.match(await refusal('ollama-thing:x'), /there is no kind of model "ollama-thing"/);
  assert.match(await refusal(`gguf:${at('absent.gguf')}`), /there is no such file/);
  assert.match(
    await refusal(`${at('tiny.gguf')},ctx=5`),
    /no setting ctx; there are context, sequences, threads, gpu/,
  );
  assert.match(await refusal(`${at('tiny')},threads=0`), /threads is "0"; it is a whole number above 0/);
  mkdirSync(at('empty'));
  assert.match(await refusal(at('empty')), /it has no config\.json and no checkpoints/);
});

const hasPeer = await loadLlamaCpp().then(
  () => true,
  () => false,
);

test('a GGUF file in process: the embedded engine’s greedy reply, seeds, stop texts, shared prompts, abort', {
  skip: hasPeer ? false : 'node-llama-cpp is not installed',
}, async () => {
  const found = await resolveModel(`${at('tiny.gguf')},sequences=3,threads=1`);
  assert.match(found.name, /^tiny-[\da-f]{8}$/);
  const model = await found.open();
  const embedded = await (await resolveModel(at('tiny'))).open();
  try {
    const theirs = await model.generate(request);
    const ours = await embedded.generate(request);
    assert.deepEqual(
      [theirs.reasoning, theirs.answer, theirs.finish, theirs.usage],
      [ours.reasoning, ours.answer, ours.finish, ours.usage],
    );
    const long = 'Prove that a + b = b + a for all a and b. '.repeat(6);
    const many = await Promise.all(
      Array.from({ length: 7 }, (_, seed) =>
        model.generate({ ...request, messages: [{ role: 'user', content: long }], temperature: 1, seed }),
      ),
    );
    assert.ok(new Set(many.map(({ answer }) => answer)).size > 3, 'seeds draw samples of their own');
    const alone = { ...request, temperature: 1, seed: 11 };
    assert.deepEqual(await model.generate(alone), await model.generate(alone));

    const text = theirs.answer ?? '';
    const stop = text.slice(Math.floor(text.length / 2), Math.floor(text.length / 2) + 2);
    const pieces: string[] = [];
    const stopped = await model.generate(
      { ...request, sampling: { stop: [stop] } },
      { onDelta: (delta) => pieces.push(delta.kind === 'restart' ? '' : delta.text) },
    );
    assert.equal(stopped.finish, 'stop');
    assert.equal(stopped.answer, (text.split(stop)[0] ?? '').trimEnd());
    assert.ok(pieces.join('').includes(stop));

    const stopper = new AbortController();
    const cut = model.generate(
      { ...request, maxTokens: 200 },
      { signal: stopper.signal, onDelta: () => stopper.abort() },
    );
    await assert.rejects(cut, { name: 'AbortError' });
    await assert.rejects(model.generate({ ...request, maxTokens: 4000 }), { kind: 'context-length' });
    await assert.rejects(model.generate({ ...request, sampling: { presencePenalty: 1 } }), {
      kind: 'invalid-request',
    });
  } finally {
    await model.close?.();
    await embedded.close?.();
  }
});

test('without node-llama-cpp a GGUF file is one line that says how to get it', {
  skip: hasPeer ? 'node-llama-cpp is installed' : false,
}, async () => {
  const found = await resolveModel(at('tiny.gguf'));
  await assert.rejects(
    found.open(),
    /^Error: GGUF files in process need node-llama-cpp.*npm install --ignore-scripts node-llama-cpp/,
  );
});
