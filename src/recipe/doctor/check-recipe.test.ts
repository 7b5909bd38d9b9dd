import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { configurations, writeModel } from '../../engine/gguf/model-fixture.ts';
import { loadDirectoryFormat } from '../../model/directory-format.ts';
import { parseBudget } from '../../prove/budget.ts';
import { loadRecipe } from '../load.ts';
import { type CheckRecipeOptions, checkRecipe } from './check-recipe.ts';
import { type Lies, modelServer, type Truth } from './fixtures/model-server.ts';
import { type TinkerAnswers, tinkerServer } from './fixtures/tinker-server.ts';
import type { RecipeCheck } from './recipe-check.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'qed-doctor-'));
after(() => rmSync(scratch, { recursive: true }));
const at = (name: string): string => path.join(scratch, name);
let truth: Truth;

before(async () => {
  const config = { ...(configurations.qwen3 ?? assert.fail()), max_position_embeddings: 4096 };
  await writeModel(at('policy'), config);
  truth = { format: await loadDirectoryFormat(at('policy')), vocabularySize: config.vocab_size };
  const problem = (id: string, statement: string) =>
    JSON.stringify({ id, statement, guidelines: '7 for a proof' });
  const lines = [problem('a', 'Prove a.'), problem('b', 'Prove b.'), problem('c', 'Prove c. '.repeat(40))];
  writeFileSync(at('problems.jsonl'), `${lines.join('\n')}\n`);
  writeFileSync(
    at('recipe.yaml'),
    `name: tried
model: { from: policy, maximumPositions: 4096 }
tokenizer: { kind: model }
data: { kind: problems, path: problems.jsonl, validationProblems: 1 }
rl:
  from: base
  steps: 10
  problemsPerStep: 2
  groupSize: 4
  maxTokens: 64
  evaluateEvery: 5
  grader: ${at('policy')}(style=proofbench-strict,maxTokens=100)
  optimiser: { kind: adamw, learningRate: 1.0e-6 }
`,
  );
});

type Found = Readonly<Record<string, RecipeCheck>>;

/** What is found of the recipe with these fields, by the names of the checks. */
async function found(sets: readonly string[], options: Partial<CheckRecipeOptions> = {}): Promise<Found> {
  const checks = await checkRecipe(loadRecipe(at('recipe.yaml'), sets), {
    ...{ runDirectory: at('runs/tried'), patience: 5_000, environment: {}, free: 1e12 },
    ...options,
  });
  for (const { name, status, mend } of checks) assert.equal(mend === undefined, status === 'ok', name);
  return Object.fromEntries(checks.map((check) => [check.name, check]));
}

/** With a judge that a server serves, which lies so. */
async function withJudge(
  t: TestContext,
  lies: Lies,
  settings = '',
  options: Partial<CheckRecipeOptions> = {},
): Promise<Found> {
  const { spec } = await modelServer(t, truth, lies);
  return await found([`rl.grader=${spec}${settings}(style=proofbench-strict,maxTokens=100)`], options);
}

function holds(checks: Found, name: string, status: RecipeCheck['status'], text: RegExp): void {
  const check = checks[name];
  assert.ok(check !== undefined, `${name} is not among ${Object.keys(checks).join(', ')}`);
  assert.deepEqual(
    [check.status, text.test(check.found)],
    [status, true],
    `${name}: ${check.status}: ${check.found}`,
  );
}

test('a recipe that asks no server is well', async () => {
  const checks = await found([]);
  assert.deepEqual(
    Object.values(checks).filter(({ status }) => status !== 'ok'),
    [],
  );
  holds(checks, 'tokenizer', 'ok', /entries for 400 embeddings, gives a text back as it was/);
  holds(checks, 'chat template', 'ok', /^SHA-256 [\da-f]{12}…, renders/);
  holds(checks, 'data.path', 'ok', /3 problems/);
  holds(checks, 'rl.grader endpoint', 'ok', /computed in this process/);
});

test('an honest server of the recipe’s own model is the same to the token', async (t) => {
  const checks = await withJudge(t, { context: 4096 }, ',price=0,context=4096');
  assert.deepEqual(
    Object.values(checks).filter(({ status }) => status !== 'ok'),
    [],
  );
  holds(checks, 'rl.grader endpoint', 'ok', /answers/);
  holds(checks, 'rl.grader reply', 'ok', /^1 tokens in reply to \d+/);
  holds(checks, 'rl.grader context', 'ok', /4,096 tokens/);
  holds(checks, 'rl.grader chat template', 'ok', /the same \d+ token ids .*\/tokenize/);
  holds(checks, 'rl.grader vocabulary', 'ok', /400 entries/);
});

test('another model’s endpoint is not compared with the recipe’s', async (t) => {
  const checks = await withJudge(t, { names: ['judge', 'policy'], root: '/models/judge' });
  // By its name, policy, it is the recipe's; by another it is not.
  assert.ok('rl.grader chat template' in checks);
  const { origin } = await modelServer(t, truth, { names: ['judge'] });
  const other = await found([`rl.grader=openai:${origin}/v1#judge(style=proofbench-strict)`]);
  assert.ok(!('rl.grader chat template' in other));
  assert.ok('rl.grader reply' in other);
});

test('a dead server fails, and nothing else is said of it', async () => {
  // Nothing listens at port 1.
  const checks = await found(['rl.grader=openai:http://127.0.0.1:1/v1#policy(style=proofbench-strict)']);
  assert.equal(checks['rl.grader endpoint']?.status, 'failed');
  assert.ok(!('rl.grader reply' in checks));
  holds(checks, 'rl.grader lengths', 'unchecked', /nobody says how many tokens/);
});

for (const [what, lies, name, status, text] of [
  ['silence', { all: 'silence' }, 'endpoint', 'failed', /no answer within 0\.2 s/],
  ['a refused key', { key: 'secret' }, 'endpoint', 'failed', /refuses the key \(401\)/],
  ['pages of a proxy', { all: 'page' }, 'reply', 'failed', /\(protocol\)/],
  ['another name', { names: ['polcy'] }, 'name', 'failed', /does not offer policy; it has polcy/],
  ['no model at all', { names: [] }, 'name', 'failed', /it has nothing/],
  ['a model that is listed and does not reply', { reply: 500 }, 'reply', 'failed', /500.*\(server\)/],
  ['an empty reply', { reply: 'empty' }, 'reply', 'warning', /empty/],
  ['a limit that is ignored', { reply: 'endless' }, 'reply', 'failed', /4000 tokens came, 32 were asked for/],
  ['no length', { context: null }, 'context', 'unchecked', /neither the server nor the recipe says/],
  [
    'another template',
    { system: 'Be brief.' },
    'chat template',
    'failed',
    /token \d+ is .* here \(.*\) and .* there/,
  ],
  [
    'another template, by the reply',
    { system: 'x', tells: 'prompt-ids' },
    'chat template',
    'failed',
    /other tokens/,
  ],
  ['the same template, by the reply', { tells: 'prompt-ids' }, 'chat template', 'ok', /prompt_token_ids/],
  ['a count alone', { tells: 'count' }, 'chat template', 'warning', /as many tokens as here/],
  ['another count', { tells: 'count', countOff: 3 }, 'chat template', 'failed', /tokens here, \d+ there/],
  ['no word of tokens', { tells: 'nothing' }, 'chat template', 'unchecked', /neither the tokens/],
  ['another tokenizer', { detokenize: 'Let n' }, 'tokenizer', 'failed', /are "Let n" there/],
  ['a smaller vocabulary', { vocabularySize: 390 }, 'vocabulary', 'failed', /refuses id 399/],
  ['ids that are never checked', { vocabularySize: 1e6 }, 'vocabulary', 'unchecked', /does not tell/],
] as const satisfies readonly (readonly [string, Lies, string, RecipeCheck['status'], RegExp])[])
  test(`a server with ${what} is found`, async (t) => {
    const checks = await withJudge(t, lies, '', { patience: what === 'silence' ? 200 : 5_000 });
    holds(checks, `rl.grader ${name}`, status, text);
  });

test('a context that is claimed and not there fails; a slip of a name is mended', async (t) => {
  const checks = await withJudge(t, { context: 200, names: ['policy-1'] }, ',context=4096');
  assert.equal(checks['rl.grader name']?.mend, 'Did you mean policy-1?');
  const claimed = await withJudge(t, { context: 200 }, ',context=4096');
  holds(claimed, 'rl.grader context', 'failed', /4,096 tokens are claimed, the server takes 200/);
});

test('--serving compares a server that the recipe does not name', async (t) => {
  const { spec } = await modelServer(t, truth, { system: 'Be brief.', names: ['policy'] });
  const checks = await found([], { serving: [spec, 'openai:nowhere'] });
  const template = Object.values(checks).find(
    ({ name }) => name.endsWith('chat template') && name !== 'chat template',
  );
  assert.equal(template?.status, 'failed');
  assert.equal(checks['--serving openai:nowhere']?.status, 'failed');
});

test('proofs that leave the judge no room are told before they are written', async (t) => {
  holds(await withJudge(t, { context: 3_000 }), 'rl.grader lengths', 'ok', /a proof of 64 tokens/);
  holds(
    await withJudge(t, { context: 2_270 }),
    'rl.grader lengths',
    'warning',
    /left for a proof, and rl\.maxTokens allows 64/,
  );
  holds(await withJudge(t, { context: 1_000 }), 'rl.grader lengths', 'failed', /leave none for a proof/);
});

test('problems that do not fit are counted', async () => {
  holds(await found(['rl.maxTokens=3860']), 'rl lengths', 'warning', /^1 of 3 problems do not fit/);
  holds(await found(['rl.maxTokens=4095']), 'rl lengths', 'failed', /3 of 3 problems do not fit/);
});

test('the worst case of prices is held against a budget; an unknown price is never nothing', async (t) => {
  const unknown = await withJudge(t, {});
  holds(unknown, 'rl.grader price', 'unchecked', /nobody says what policy@.* costs \(at most \d/);
  const dollars = (text: string) => ({ budget: parseBudget(text) });
  holds(await withJudge(t, {}, '', dollars('$5')), 'rl.grader price', 'failed', /nobody says/);
  const cheap = await withJudge(t, {}, ',price=1/10', dollars('$100'));
  holds(cheap, 'rl.grader price', 'ok', /with everything at its limit/);
  holds(cheap, 'budget', 'ok', /within \$100/);
  holds(await withJudge(t, {}, ',price=1/10', dollars('$0.01')), 'budget', 'failed', /more than \$0\.01/);
  holds(
    await withJudge(t, {}, ',price=0', dollars('1k tokens')),
    'budget',
    'failed',
    /tokens, more than 1,000 tokens/,
  );
});

test('a disk that is too small fails, one that is tight is a warning', async () => {
  holds(await found([], { free: 1e3 }), 'disk', 'failed', /checkpoints [\d.]+ [kM]B, journal up to/);
  // 80 attempts of 64 tokens at 10 bytes, 3 held-out ones at 8, and for each 3 reports of 100 tokens at 4.
  const { found: text = '' } = (await found([], { free: 1e12 })).disk ?? {};
  const [, checkpoints = '', journal = ''] =
    /checkpoints ([\d.]+ \w+), journal up to ([\d.]+ \w+)/.exec(text) ?? [];
  assert.equal(journal, '152 kB');
  const bytes = Number.parseFloat(checkpoints) * (checkpoints.endsWith('MB') ? 1e6 : 1e3);
  assert.ok(bytes > 1e5, checkpoints);
  holds(await found([], { free: bytes * 1.02 }), 'disk', 'warning', /journal/);
});

const tinker = (url: string, ...more: string[]): string[] => [
  'engine.kind=tinker',
  `engine.url=${url}`,
  'engine.baseModel=Qwen/policy',
  ...more,
];

for (const [what, answers, name, status, text] of [
  [
    'all is well',
    { models: [{ model_name: 'Qwen/policy', max_context_length: 8192 }] },
    'engine context',
    'ok',
    /8,192 tokens for sequences of up to 4,096/,
  ],
  [
    'the base model is not offered',
    { models: [{ model_name: 'Qwen/polisy' }] },
    'engine model',
    'failed',
    /it has Qwen\/polisy/,
  ],
  [
    'it is not trainable',
    { models: [{ model_name: 'Qwen/policy', trainable: false }] },
    'engine model',
    'failed',
    /never trains/,
  ],
  [
    'its context is too short',
    { models: [{ model_name: 'Qwen/policy', max_context_length: 1024 }] },
    'engine context',
    'failed',
    /1,024 tokens; model\.maximumPositions is 4,096/,
  ],
  [
    'it does not say its context',
    { models: [{ model_name: 'Qwen/policy' }] },
    'engine context',
    'unchecked',
    /does not say/,
  ],
  [
    'the key is missing',
    { key: 'tml-x' },
    'engine endpoint',
    'failed',
    /a call without a key \(TINKER_API_KEY is not set\)/,
  ],
  [
    'it is another server',
    { page: 404 },
    'engine endpoint',
    'failed',
    /answers 404, and not as the Tinker API does/,
  ],
] as const satisfies readonly (readonly [string, TinkerAnswers, string, RecipeCheck['status'], RegExp])[])
  test(`a Tinker server of which ${what}`, async (t) => {
    const checks = await found(tinker(await tinkerServer(t, answers)));
    holds(checks, name, status, text);
    if (what === 'all is well') holds(checks, 'engine chat template', 'unchecked', /takes token ids/);
  });

test('needs that a server does not meet are told with their fields, as a run would tell them', async (t) => {
  const models = [{ model_name: 'Qwen/policy', max_context_length: 8192 }];
  const url = await tinkerServer(t, { models });
  const unmet = await found(tinker(url, 'engine.profile=skyrl'));
  const fields = Object.keys(unmet).filter((name) => name.startsWith('engine needs: '));
  assert.ok(fields.includes('engine needs: rl.optimiser.beta2'), fields.join(', '));
  holds(unmet, 'engine needs: rl.optimiser.beta2', 'failed', /which is not said \(tinker \(skyrl at/);
  const guessed = await found(tinker(await tinkerServer(t, { models, front: 'Tinker API Mock' })));
  holds(guessed, 'engine needs: rl.optimiser.beta2', 'warning', /skyrl at .*, by its profile/);
  const settings = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 };
  const server = { ...settings, temperature: 0.8, entropyCoefficient: 1e-4 };
  const told = Object.entries(server).map(([field, value]) => `engine.server.${field}=${value}`);
  const met = await found(tinker(url, 'engine.profile=skyrl', ...told));
  // How its vLLM was started decides this one, which nobody says.
  holds(
    met,
    'engine needs: rl.temperature',
    'warning',
    /log-probs are those of temperature 1.*, by its profile\)/,
  );
  const plain = await found(
    tinker(url, 'engine.profile=skyrl', ...told, 'rl.temperature=1', 'engine.server.temperature=1'),
  );
  holds(plain, 'engine needs', 'ok', /meets them, by its profile; a run measures it before its first step/);
});

test('the key of a Tinker server is the one of the variable; models from here need a server that takes them', async (t) => {
  const models = [{ model_name: 'Qwen/policy', max_context_length: 8192 }];
  const url = await tinkerServer(t, { key: 'tml-x', models });
  const environment = { OTHER: 'tml-x' };
  const checks = await found(tinker(url, 'engine.apiKeyVariable=OTHER'), { environment });
  holds(checks, 'engine model', 'ok', /offers Qwen\/policy/);
  const wrong = await found(tinker(url, 'engine.apiKeyVariable=OTHER'), { environment: { OTHER: 'tml-y' } });
  holds(wrong, 'engine endpoint', 'failed', /refuses the key in OTHER/);
  assert.doesNotMatch(JSON.stringify(wrong), /tml-/);

  const noModel = [`engine.kind=tinker`, `engine.url=${url}`];
  holds(
    await found([...noModel, 'engine.apiKeyVariable=OTHER'], { environment }),
    'engine model',
    'failed',
    /takes no model from here/,
  );
  const own = await tinkerServer(t, { extensions: ['create/1', 'archive/1'] });
  holds(
    await found(['engine.kind=tinker', `engine.url=${own}`]),
    'engine model',
    'ok',
    /weights are sent to it/,
  );
});

test('what names no model is told with its field', async () => {
  const checks = await found(['rl.grader=gpt-oss-200b']);
  const [fault] = Object.values(checks).filter(({ status }) => status === 'failed');
  assert.match(fault?.name ?? '', /^rl\.grader: gpt-oss-200b/);
  const preset = await found(['rl.grader=gpt-oss-20b(style=proofbench-strict)']);
  holds(preset, 'rl.grader endpoint', 'failed', /set \w+ to the address of its server/);
});
