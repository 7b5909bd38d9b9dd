import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bareProblem, fullProblem } from './fixtures/grade-problem.ts';
import { judgePresets } from './judge-presets.ts';
import { parseJudgeSpec } from './judge-spec.ts';
import { resolveAnswerJudge, resolveJudge } from './resolve-judge.ts';

const at = 'openai:http://127.0.0.1:9/v1#m';
const resolved = (spec: string, style?: 'imo-proofbench') =>
  resolveJudge(spec, { environment: {}, ...(style === undefined ? {} : { style }) });

async function refused(spec: string): Promise<string> {
  try {
    await resolved(spec);
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return '';
}

test('a spec is a model and its settings, or several of them', () => {
  const known = ['style', 'samples', 'aggregate'];
  assert.deepEqual(parseJudgeSpec('gpt-oss-20b', known), { model: 'gpt-oss-20b', settings: {}, members: [] });
  assert.deepEqual(parseJudgeSpec(` ${at},price=1/2 ( style=opc , samples=3 )`, known), {
    model: `${at},price=1/2`,
    settings: { style: 'opc', samples: 3 },
    members: [],
  });
  assert.deepEqual(parseJudgeSpec(`ensemble(${at},price=1/2,b(style=gimo),aggregate=min)`, known), {
    model: undefined,
    settings: { aggregate: 'min' },
    members: [
      { model: `${at},price=1/2`, settings: {}, members: [] },
      { model: 'b', settings: { style: 'gimo' }, members: [] },
    ],
  });
});

test('the judges of the paper are there by name', async () => {
  for (const name of Object.keys(judgePresets)) {
    const judge = await resolved(name);
    assert.deepEqual(judge.calls, { least: 1, most: 3 });
    assert.equal(judge.models.length, 1);
  }
  const imo = await resolved('imo-proofbench');
  assert.match(imo.name, /^gemini-3-pro\(imo-proofbench\)#/);
  assert.equal(imo.models[0]?.defaults.maxTokens, 130_000);
  assert.equal(imo.missing(fullProblem), undefined);
  assert.equal(imo.missing(bareProblem), 'no guidelines, and no solution');
  const rl = await resolved('rl');
  assert.match(rl.name, /^gpt-oss-20b\(proofbench-strict\)#/);
  assert.equal(rl.models[0]?.defaults.sampling?.reasoningEffort, 'medium');
  assert.equal(rl.missing({ ...fullProblem, solutions: [] }), undefined);
});

test('settings come over those of a preset, the style of a suite under both', async () => {
  const other = await resolved(`imo-proofbench(model=${at},scale=points)`);
  assert.match(other.name, /^m@[^()]+\(imo-proofbench\)#/);
  assert.notEqual(other.name, (await resolved(`imo-proofbench(model=${at})`)).name);
  assert.match((await resolved(at, 'imo-proofbench')).name, /^m@[^()]+\(imo-proofbench\)#/);
  assert.match((await resolved(`${at}(style=opc)`, 'imo-proofbench')).name, /^m@[^()]+\(opc\)#/);
  assert.match((await resolved('proofbench', 'imo-proofbench')).name, /\(proofbench-strict\)#/);
});

test('an ensemble shares models, and what is said of it holds for its judges', async () => {
  const many = await resolved(`ensemble(${at},${at}(style=opc),openai:http://127.0.0.1:9/v1#n,style=gimo)`);
  assert.equal(many.models.length, 2);
  assert.match(many.name, /^ensemble\(m@[^()]+\(gimo\),m@[^()]+\(opc\),n@[^()]+\(gimo\)\)#/);
  assert.deepEqual(many.calls, { least: 3, most: 18 });
  const samples = await resolved(`${at}(samples=5,disagreement=accept,reasks=0)`);
  assert.deepEqual(samples.calls, { least: 5, most: 5 });
  assert.match(samples.name, /^m@[^()]+\(proofbench-strict\)×5#/);
  const judge = await samples.open();
  assert.equal(judge.name, samples.name);
  assert.equal(judge.models.length, 1);
  await judge.close();
});

test('what is wrong is told with what there is, before any model is opened', async () => {
  assert.match(
    await refused(`${at}(stile=opc)`),
    /JudgeSpecError: .*there is no setting stile; there are style, scale/,
  );
  assert.match(await refused(`${at}(style=strict)`), /JudgeSpecError: .*style: .*"proofbench-strict"/);
  assert.match(await refused(`${at}(samples=0)`), /JudgeSpecError: .*samples/);
  assert.match(await refused(`${at}(style=opc,style=gimo)`), /style is there twice/);
  assert.match(await refused(`${at}(opc)`), /"opc" is no setting; a setting is name=value/);
  assert.match(await refused(`${at}(style=opc`), /JudgeSpecError: .*an opening bracket has no closing one/);
  assert.match(await refused(`${at}style=opc)`), /a closing bracket has no opening one/);
  assert.match(await refused('(style=opc)'), /expected a model/);
  assert.match(await refused('ensemble()'), /an ensemble needs a judge/);
  assert.match(await refused(`ensemble(${at},ensemble(${at}))`), /an ensemble cannot stand in an ensemble/);
  assert.match(await refused(`ensemble(${at}(samples=2),${at})`), /samples is said of the ensemble, not of/);
  assert.match(await refused(`${at}(model=x)`), /model=… is for judges that come with QED \(imo-proofbench/);
  assert.match(await refused('no-such-model'), /ModelSpecError: no-such-model: no such model/);
});

test('a judge of answers is a model with few settings', async () => {
  const judge = await resolveAnswerJudge(`${at}(reasks=1,temperature=0)`, { environment: {} });
  assert.match(judge.name, /^m@[^()]+\(answers\)#/);
  assert.deepEqual(judge.calls, { least: 1, most: 2 });
  await assert.rejects(
    resolveAnswerJudge(`${at}(style=opc)`, { environment: {} }),
    /there is no setting style/,
  );
  await assert.rejects(resolveAnswerJudge(`${at}(reasks=9)`, { environment: {} }), /JudgeSpecError|Too big/);
});
