/**
 * What a recipe says twice must agree, and what a stage needs must be there: the rules between fields, which no field's
 * own schema can check.
 */

import { cacheContradictions } from './cache-rules.ts';
import type { Contradiction } from './contradiction.ts';
import { engineContradictions } from './engine-rules.ts';
import { objectiveContradictions } from './objective-rules.ts';
import { problemsContradictions } from './problems-rules.ts';
import type { Recipe } from './schema.ts';
import { standardTokensPerStep } from './schema-stages.ts';

/** Everything in which a recipe contradicts itself; none for one that can run. */
export function contradictions(recipe: Recipe): Contradiction[] {
  const found: Contradiction[] = [...engineContradictions(recipe)];
  const complain = (path: readonly string[], message: string) => found.push({ path, message });
  if (recipe.model.heads % recipe.model.keyValueHeads !== 0) {
    complain(['model', 'keyValueHeads'], `must divide heads (${recipe.model.heads})`);
  }
  if (recipe.model.headSize % 2 !== 0) complain(['model', 'headSize'], 'must be even');
  if (recipe.model.initialise === 'lookup-heads' && recipe.tokenizer.kind !== 'lab') {
    complain(['model', 'initialise'], '`lookup-heads` needs the lab tokenizer (tokenizer.kind: lab)');
  }
  if (
    recipe.model.initialise === 'lookup-heads' &&
    (recipe.model.hiddenSize < 128 ||
      recipe.model.headSize < 32 ||
      recipe.model.layers < 2 ||
      recipe.model.heads < 2 * recipe.model.keyValueHeads)
  ) {
    complain(
      ['model', 'initialise'],
      '`lookup-heads` needs hiddenSize ≥ 128, headSize ≥ 32, layers ≥ 2 and heads ≥ 2 · keyValueHeads',
    );
  }
  if (recipe.model.from !== undefined) {
    if (recipe.model.initialise !== 'random')
      complain(['model', 'initialise'], 'has no use beside model.from');
    if (recipe.tokenizer.kind === 'bpe') {
      complain(['tokenizer', 'kind'], 'a model that exists has its tokenizer: use kind `model`');
    }
  }
  if (recipe.tokenizer.kind === 'model' && recipe.model.from === undefined) {
    complain(['tokenizer', 'kind'], '`model` needs model.from, whose tokenizer it is');
  }
  for (const stage of ['pretrain', 'sft', 'judge'] as const) {
    const longest = recipe[stage]?.maximumTokens ?? 0;
    if (longest > recipe.model.maximumPositions) {
      complain(
        [stage, 'maximumTokens'],
        `must not exceed model.maximumPositions (${recipe.model.maximumPositions})`,
      );
    }
  }
  for (const stage of ['pretrain', 'sft', 'judge'] as const) {
    const { textsPerStep, tokensPerStep = standardTokensPerStep } = recipe[stage] ?? {};
    if (textsPerStep !== undefined && tokensPerStep !== standardTokensPerStep) {
      complain([stage, 'tokensPerStep'], 'has no use beside textsPerStep: take one of them out');
    }
  }
  for (const stage of ['rl', 'rc', 'evaluate'] as const) {
    const longest = recipe[stage]?.maxTokens ?? 0;
    if (longest >= recipe.model.maximumPositions) {
      complain(
        [stage, 'maxTokens'],
        `must leave room for the prompt within model.maximumPositions (${recipe.model.maximumPositions})`,
      );
    }
  }
  if (recipe.data.kind === 'lab' && recipe.data.sftReplay + recipe.data.sftSummaries > 1) {
    complain(
      ['data', 'sftReplay'],
      'sftReplay and sftSummaries are shares of one whole: they must not exceed 1 together',
    );
  }
  if (recipe.data.kind === 'lab' && recipe.tokenizer.kind !== 'lab') {
    complain(['tokenizer', 'kind'], 'lab data needs the lab tokenizer (kind: lab)');
  }
  if (recipe.data.kind !== 'lab' && recipe.data.kind !== 'examples' && recipe.tokenizer.kind === 'lab') {
    complain(['tokenizer', 'kind'], 'real texts need `bpe`, `directory` or `model`');
  }
  if (recipe.data.kind === 'harp' || recipe.data.kind === 'examples') {
    const what = recipe.data.kind === 'harp' ? 'HARP gives proofs' : '`examples` are texts';
    for (const stage of ['pretrain', 'rl', 'rc', 'judge', 'evaluate'] as const) {
      if (recipe[stage] !== undefined) complain([stage], `needs lab data; ${what} for \`sft\` only`);
    }
  }
  if (recipe.data.kind === 'problems') found.push(...problemsContradictions(recipe, recipe.data));
  for (const stage of ['rl', 'rc'] as const) {
    if (recipe.data.kind === 'lab' && recipe[stage]?.prompt === 'prove')
      complain([stage, 'prompt'], 'must be `statement` in the lab, whose models know no other words');
  }
  if (recipe.rl?.hints !== undefined && recipe.data.kind !== 'lab') {
    complain(['rl', 'hints'], 'needs lab data, whose solutions can be given in parts');
  }
  if ((['pretrain', 'sft', 'rl', 'rc'] as const).every((stage) => recipe[stage] === undefined)) {
    complain([], 'at least one training stage is needed: pretrain, sft, rl or rc');
  }
  if (recipe.judge !== undefined && recipe.sft === undefined && recipe.pretrain === undefined) {
    complain(['judge'], 'needs the stage sft or pretrain, whose model it goes on from');
  }
  if (recipe.evaluate?.search !== undefined && recipe.judge === undefined) {
    complain(['evaluate', 'search'], 'needs the stage judge, whose model reads the proofs');
  }
  for (const stage of ['rl', 'rc'] as const) {
    const settings = recipe[stage];
    if (settings === undefined) continue;
    const { from } = settings;
    if ((from === 'sft' || from === 'rl') && recipe[from] === undefined)
      complain([stage, 'from'], `\`${from}\` needs the ${from} stage`);
    if (from === 'base' && recipe.pretrain === undefined && recipe.model.from === undefined) {
      complain([stage, 'from'], '`base` needs the pretrain stage or model.from');
    }
    found.push(...objectiveContradictions(stage, settings));
  }
  if (recipe.rc !== undefined) found.push(...cacheContradictions(recipe.rc, recipe.data.kind));
  return found;
}
