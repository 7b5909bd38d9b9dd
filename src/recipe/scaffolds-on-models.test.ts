/**
 * Every scaffold on real models: a checkpoint of the lab, with QED's prompts and with the lab's own; and the model of
 * ../shared/models, imported for the embedded engine and as a GGUF file in process. What they write proves nothing;
 * that it is asked for, paid, traced, shown and taken over does.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { importGguf } from '../engine/gguf/import-gguf.ts';
import { findLlamaCpp, howToGetIt } from '../engine/gguf/llama-cpp-fixture.ts';
import { openInProcess } from '../journal/fixtures/in-process-journal.ts';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import { labReasoningCache } from '../lab/reasoning-cache.ts';
import { labScaffoldPrompts } from '../lab/scaffold-prompts.ts';
import type { ChatModel } from '../model/chat-model.ts';
import { resolveModel } from '../model/open-model.ts';
import { type Problem, problemSchema } from '../problems/problem.ts';
import { proofPage } from '../prove/proof-page.ts';
import type { ProveOutcome } from '../prove/prove-problem.ts';
import { proveProblems } from '../prove/prove-problems.ts';
import { bestOfN } from '../scaffold/best-of-n.ts';
import { createScaffold, plannedCalls } from '../scaffold/create-scaffold.ts';
import { deepseekMath } from '../scaffold/deepseek-math.ts';
import { majority } from '../scaffold/majority.ts';
import { reasoningCache } from '../scaffold/reasoning-cache.ts';
import { rsa } from '../scaffold/rsa.ts';
import type { Scaffold } from '../scaffold/scaffold.ts';
import { loadRecipe } from './load.ts';
import { silentProgress } from './progress.ts';
import { runRecipe } from './run.ts';

const shared = fileURLToPath(
  new URL('../../../shared/models/SmolLM2-135M-Instruct.Q4_1.gguf', import.meta.url),
);

/** As small as each of them can be and still do all that it does. */
const specs = [
  ...['single-turn', 'reasoning-cache(turns=2)', 'self-check(passes=1,failures=1,iterations=2)'],
  ...['nomos(solutions=2)', 'rsa(n=2,k=2,rounds=1)', 'majority(n=2)', 'best-of-n(n=2)'],
  'deepseek-math(pool=1,verifications=2,analyses=1,iterations=1)',
];

const evenSum = problemSchema.parse({
  id: 'even',
  statement: 'Prove that the sum of two even integers is even.',
});
const chain = problemSchema.parse({
  id: 'chain',
  statement: 'Given A, B. Rules: A and B give C. C gives D. C gives E. F gives G. Prove D.',
});

/** Proves twice in one directory: once by the model, once from the record. */
async function proveTwice(
  t: TestContext,
  model: ChatModel,
  work: { readonly scaffold: Scaffold; readonly problem: Problem; readonly maxTokens: number },
): Promise<ProveOutcome> {
  const directory = temporaryDirectory(t);
  let asked = 0;
  const counted: ChatModel = {
    ...model,
    generate: (request, context) => {
      asked += 1;
      return model.generate(request, context);
    },
  };
  const sitting = async () => {
    const journal = openInProcess(directory);
    try {
      return await proveProblems({
        ...{ problems: [work.problem], attempts: 1, parallel: 1, scaffold: work.scaffold, journal, seed: 1 },
        ...{ models: { main: counted, byRole: new Map() }, maxTokens: work.maxTokens, temperature: 0.8 },
        ...{ budgets: { run: {}, problem: {}, sitting: {} }, graceSeconds: 0 },
        stopping: new AbortController().signal,
      });
    } finally {
      await journal.close();
    }
  };
  const { attempts, spent } = await sitting();
  const [outcome] = attempts[0] ?? [];
  assert.ok(outcome?.status === 'finished', JSON.stringify(outcome));
  const { calls } = outcome.trace;
  assert.equal(calls.length, asked);
  let tokens = 0;
  for (const { outcome: of, messages, label } of calls) {
    assert.ok(of.kind === 'reply' && messages.length > 0, label);
    tokens += of.usage.promptTokens + of.usage.completionTokens;
  }
  assert.equal(spent.tokens, tokens);
  const page = proofPage({
    ...{ problem: work.problem, attempts: [outcome], models: [model.name], scaffold: 's', budget: 'no cap' },
    ...{ spent, isPriced: true, version: '0' },
  });
  for (const { label } of calls) assert.ok(page.includes(label.split('/').at(-1) ?? label));
  if (outcome.proof !== undefined) assert.ok(outcome.writer !== undefined, 'the call that wrote it is found');

  const again = await sitting();
  const [taken] = again.attempts[0] ?? [];
  assert.ok(taken?.status === 'finished');
  assert.deepEqual([taken.proof, asked], [outcome.proof, calls.length]);
  return outcome;
}

/** Every scaffold with QED's prompts. */
async function proveWithAll(
  t: TestContext,
  model: ChatModel,
  maxTokens: number,
  all: readonly string[] = specs,
): Promise<void> {
  for (const spec of all) {
    await t.test(spec, async (own) => {
      const scaffold = createScaffold(spec);
      const { trace } = await proveTwice(own, model, { scaffold, problem: evenSum, maxTokens });
      // What could not be read was asked for again, which no plan counts.
      const first = trace.calls.filter(({ label }) => !label.endsWith('/again')).length;
      const { least, most } = plannedCalls(spec);
      // Where a model gives no proof there is nothing to judge, and less is asked.
      assert.ok(first <= most && (first >= least || trace.calls.some(isEmpty)), `${first} calls`);
    });
  }
}

function isEmpty({ outcome }: ProveOutcome['trace']['calls'][number]): boolean {
  return outcome.kind === 'reply' && (outcome.answer ?? '').trim() === '';
}

async function withModel(spec: string, work: (model: ChatModel) => Promise<void>): Promise<void> {
  const model = await (await resolveModel(spec)).open({});
  try {
    await work(model);
  } finally {
    await model.close?.();
  }
}

test('on a checkpoint of the lab', async (t) => {
  const directory = temporaryDirectory(t);
  const recipe = readFileSync(new URL('./fixtures/tiny.yaml', import.meta.url), 'utf8');
  // QED's prompts are English, of which the lab's tokenizer makes a token a letter.
  writeFileSync(
    path.join(directory, 'tiny.yaml'),
    recipe.replace('model:\n', 'model:\n  maximumPositions: 8192\n'),
  );
  const loaded = loadRecipe(path.join(directory, 'tiny.yaml'));
  const runDirectory = path.join(directory, 'run');
  const trained = await runRecipe({
    ...{ recipe: loaded.recipe, recipeText: loaded.text, recipeDirectory: loaded.directory, runDirectory },
    ...{ to: 'pretrain', progress: silentProgress, signal: new AbortController().signal },
  });
  assert.equal(trained.status, 'finished');
  await withModel(`${path.join(runDirectory, 'checkpoints', 'base')},threads=1`, async (model) => {
    await proveWithAll(t, model, 12);

    const {
      rsa: forRsa,
      deepseekMath: forDsm,
      majority: forMajority,
      bestOfN: forBest,
      singleTurn,
    } = labScaffoldPrompts();
    const own: Readonly<Record<string, Scaffold>> = {
      'single-turn': singleTurn,
      'reasoning-cache': reasoningCache({ turns: 2, ...labReasoningCache('model') }),
      rsa: rsa({ n: 2, k: 2, rounds: 1 }, forRsa),
      'deepseek-math': deepseekMath({ pool: 2, verifications: 2, iterations: 1 }, forDsm),
      majority: majority({ n: 2 }, forMajority),
      'best-of-n': bestOfN({ n: 2 }, forBest),
    };
    for (const [name, scaffold] of Object.entries(own)) {
      await t.test(`${name}, in the lab's own words`, async (inner) => {
        await proveTwice(inner, model, { scaffold, problem: chain, maxTokens: 24 });
      });
    }
  });
});

test('on a real model, imported for the embedded engine', {
  skip: existsSync(shared) ? false : '../shared/models is absent',
}, async (t) => {
  const directory = path.join(temporaryDirectory(t), 'model');
  await importGguf({ path: shared, directory });
  // All of them take minutes, and the checkpoint of the lab has been through them on the same engine.
  const some = specs.filter((spec) => /^(?:reasoning-cache|rsa)/.test(spec));
  const own = process.env.QED_PEERS_NODE === undefined ? some : specs;
  await withModel(directory, (model) => proveWithAll(t, model, 8, own));
});

test('on a real model, a GGUF file in process', {
  skip: existsSync(shared)
    ? (await findLlamaCpp()) === undefined
      ? howToGetIt
      : false
    : '../shared/models is absent',
}, async (t) => {
  await withModel(`gguf:${shared}`, (model) => proveWithAll(t, model, 8));
});
