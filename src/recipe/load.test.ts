import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { loadCuration } from './curation/load-curation.ts';
import { loadRecipe, recipeKind } from './load.ts';
import { RecipeError, type RecipeFault } from './recipe-error.ts';
import { recipeSchema } from './schema.ts';
import { loadStudy } from './study/load-study.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'qed-load-'));
after(() => rmSync(scratch, { recursive: true }));
const recipes = fileURLToPath(new URL('../../recipes/', import.meta.url));

function faultsOf(yaml: string, sets: readonly string[] = []): readonly RecipeFault[] {
  const file = path.join(scratch, 'recipe.yaml');
  writeFileSync(file, yaml);
  return faultsOfFile(file, sets);
}

function faultsOfFile(file: string, sets: readonly string[] = []): readonly RecipeFault[] {
  try {
    loadRecipe(file, sets);
  } catch (error) {
    assert.ok(error instanceof RecipeError, String(error));
    return error.faults;
  }
  return [];
}

/** The faults with the directory taken off their places, as `line:column field: message`. */
function short(faults: readonly RecipeFault[]): string[] {
  return faults.map(
    ({ where, field, message }) => `${where.replace(/^.*recipe\.yaml:/, '')} ${field}: ${message}`,
  );
}

const valid = `name: small
tokenizer: { kind: lab }
data: { kind: lab, pretrainTokens: 1000, sftTokens: 1000 }
sft:
  optimiser: { kind: adamw, learningRate: 1.0e-3 }
`;

test('every recipe that comes with QED is valid, and bears the name of its file', () => {
  // A model to begin from is not part of QED: one of these sizes stands for it.
  const small = {
    ...{ model_type: 'llama', vocab_size: 49_152, hidden_size: 576, intermediate_size: 1536 },
    ...{ num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3, rms_norm_eps: 1e-5 },
    ...{ rope_theta: 100_000, max_position_embeddings: 8192, tie_word_embeddings: true },
  };
  // Qwen3-4B-Thinking-2507.
  const large = {
    ...{ model_type: 'qwen3', vocab_size: 151_936, hidden_size: 2560, intermediate_size: 9728 },
    ...{ num_hidden_layers: 36, num_attention_heads: 32, num_key_value_heads: 8, head_dim: 128 },
    ...{
      rms_norm_eps: 1e-6,
      rope_theta: 5_000_000,
      max_position_embeddings: 262_144,
      tie_word_embeddings: true,
    },
  };
  const models = { small, large };
  for (const [name, config] of Object.entries(models)) {
    mkdirSync(path.join(scratch, name));
    writeFileSync(path.join(scratch, name, 'config.json'), JSON.stringify(config));
  }
  const files = readdirSync(recipes);
  assert.ok(files.length >= 4);
  for (const file of files) {
    const whole = path.join(recipes, file);
    const kind = recipeKind(whole);
    if (kind !== 'run') {
      const { name } = kind === 'study' ? loadStudy(whole, []) : loadCuration(whole, []);
      assert.equal(`${name}.yaml`, file);
      continue;
    }
    const text = readFileSync(path.join(recipes, file), 'utf8');
    const from = /^ +from: \.\./m.test(text);
    const model = path.join(scratch, /kind: tinker/.test(text) ? 'large' : 'small');
    const { recipe } = loadRecipe(path.join(recipes, file), from ? [`model.from=${model}`] : []);
    assert.equal(`${recipe.name}.yaml`, file);
    assert.equal(recipe.model.from !== undefined, from);
  }
});

test('a bare name is a recipe that comes with QED', () => {
  const { recipe, directory } = loadRecipe('lab-quick');
  assert.equal(recipe.name, 'lab-quick');
  assert.equal(directory, path.resolve(recipes));
});

test('the frozen text has every default written out and loads to the same recipe', () => {
  const { recipe, text } = loadRecipe('lab', ['rl.loss={kind: cispo}']);
  assert.deepEqual(recipeSchema.parse(parse(text)), recipe);
  assert.match(text, /temperature: 0\.8/);
  assert.match(text, /kind: cispo/);
  const file = path.join(scratch, 'again.yaml');
  writeFileSync(file, text);
  assert.equal(loadRecipe(file).text, text);
});

test('all faults come at once, each with its line, in the order of the file', () => {
  const faults = faultsOf(`name: small
seed: x
tokenizer: { kind: letters }
data:
  kind: lab
  pretrainTokens: 1.5
  sftTokn: 3
engine:
  threads: autom
model: [1]
sft:
rl:
  steps: many
  optimiser: { kind: adamw, learningRate: -1 }
  loss: { kind: cips }
`);
  assert.deepEqual(short(faults), [
    '2:7 seed: expected an integer of at least 0, got "x"',
    '3:20 tokenizer.kind: expected one of lab, bpe, directory, model, got "letters"',
    '4:1 data.sftTokens: is missing; expected a positive integer',
    '6:19 data.pretrainTokens: expected a positive integer, got 1.5',
    '7:3 data.sftTokn: there is no such field',
    '9:12 engine.threads: expected "auto" or a positive integer, got "autom"',
    '10:1 model: expected a mapping, got a list',
    '11:5 sft: expected a mapping, got nothing',
    '13:10 rl.steps: expected a positive integer, got "many"',
    '14:43 rl.optimiser.learningRate: expected a positive number, got -1',
    '15:17 rl.loss.kind: expected one of ppo, importance_sampling, cispo, gspo, got "cips"',
  ]);
});

test('hints name the nearest field, where a misplaced one belongs, the choices and the default', () => {
  const hints = (yaml: string) => faultsOf(yaml)[0]?.hints.join('\n') ?? '';
  assert.match(hints(valid.replace(/\{ kind: adamw.*/, '3')), /It begins with kind: adamw, or kind: muon/);
  const misnamed = faultsOf(`${valid}evaluate: { sample: 3, learningRate: 2, truncation: zero }`);
  assert.match(
    misnamed[0]?.hints.join('\n') ?? '',
    /Did you mean samples\?\nFields of evaluate: samples, maxTokens/,
  );
  assert.match(misnamed[1]?.hints.join('\n') ?? '', /There is pretrain\.optimiser\.learningRate/);
  assert.match(misnamed[2]?.hints.join('\n') ?? '', /There is rl\.truncation, rc\.truncation\./);
  assert.match(hints(`${valid}retention: lst`), /Did you mean last\?\nDefault: "last"\./);
});

test('a field of another kind is told so, and never pointed at itself', () => {
  const faults = faultsOf(valid, [
    'data.kind=harp',
    'data.path=x',
    'tokenizer={ kind: bpe, vocabularySize: 300 }',
  ]);
  assert.deepEqual(
    faults.map(({ field }) => field),
    ['data.pretrainTokens', 'data.sftTokens'],
  );
  assert.deepEqual(faults[0]?.hints, [
    "It belongs to kind: lab. Another kind replaces the whole mapping: --set 'data={ kind: harp, … }'",
    'Fields of data: kind, path, validationShare',
  ]);
});

test('a recipe that cannot be read is a fault', { skip: process.platform === 'win32' }, () => {
  const loop = path.join(scratch, 'loop.yaml');
  symlinkSync(loop, loop);
  assert.equal(faultsOfFile(loop)[0]?.message, 'cannot be read (ELOOP)');
  rmSync(loop);
});

test('a recipe that contradicts itself is refused at the field that does', () => {
  assert.deepEqual(short(faultsOf(`${valid}model:\n  heads: 4\n  keyValueHeads: 3\n`)), [
    '8:18 model.keyValueHeads: must divide heads (4)',
  ]);
  assert.deepEqual(short(faultsOf(`${valid}  textsPerStep: 32\n  tokensPerStep: 900\n`)), [
    '7:18 sft.tokensPerStep: has no use beside textsPerStep: take one of them out',
  ]);
  const gspo = `rl:\n  steps: 1\n  optimiser: { kind: adamw, learningRate: 1 }\n  loss: { kind: gspo, epsilonLow: 0.1 }\n`;
  assert.match(short(faultsOf(`${valid}${gspo}`)).join(), /^9:3 rl\.loss\.epsilonHigh: .* 4 never clips/);
});

test('--set replaces, adds and takes out before the recipe is checked', () => {
  const sets = [
    'seed=7',
    'sft.optimiser.learningRate=2e-3',
    'evaluate.samples=2',
    'pretrain=null',
    'name=other',
  ];
  const { recipe } = loadRecipe('lab', [...sets, 'model={ layers: 2 }']);
  assert.equal(recipe.seed, 7);
  assert.equal(recipe.sft?.optimiser.learningRate, 2e-3);
  assert.equal(recipe.evaluate?.samples, 2);
  assert.equal(recipe.pretrain, undefined);
  assert.equal(recipe.name, 'other');
  assert.equal(recipe.model.layers, 2);
  assert.equal(recipe.model.initialise, 'random', 'a mapping replaces the whole mapping');
});

test('a fault that --set made points at the argument, and comes after those of the file', () => {
  const faults = faultsOf(`${valid}seed: x`, [
    'sft.steps=many',
    'rl.steps=5',
    'evaluate.smples=3',
    'sft.steps.deep=1',
  ]);
  assert.deepEqual(short(faults), [
    '6:7 seed: expected an integer of at least 0, got "x"',
    '--set rl.steps=5 rl.optimiser: is missing; expected a mapping',
    '--set evaluate.smples=3 evaluate.smples: there is no such field',
    '--set sft.steps.deep=1 sft.steps: expected a positive integer, got a mapping',
  ]);
});

test('a --set that is not one is refused by itself', () => {
  const faults = faultsOf(valid, ['seed', '=3', 'a..b=1', 'seed=[1']);
  assert.deepEqual(
    faults.map(({ where }) => where),
    ['--set seed', '--set =3', '--set a..b=1', '--set seed=[1'],
  );
  assert.match(faults[3]?.message ?? '', /not YAML/);
});

test('a name from the prototype of objects is a name like any other', () => {
  const sets = ['__proto__.seed=3', 'constructor=1', 'model.toString=1'];
  const fields = faultsOf(valid, sets).map(({ field }) => field);
  assert.deepEqual([...fields].sort(), ['__proto__', 'constructor', 'model.toString']);
});

test('YAML that cannot be read gives its line, and is not checked further', () => {
  assert.deepEqual(short(faultsOf('name: a\nname: b\n')), ['2:1 : Map keys must be unique']);
  assert.match(short(faultsOf('name: [a\n'))[0] ?? '', /^2:1 : Flow sequence/);
  assert.match(short(faultsOf('name: *missing\n'))[0] ?? '', /missing/);
});

test('an empty file and a list are not recipes', () => {
  assert.deepEqual(short(faultsOf('')), ['1:1 : expected a mapping, got nothing']);
  assert.deepEqual(short(faultsOf('# only a comment\n- a\n')), ['2:1 : expected a mapping, got a list']);
});

test('a missing recipe names those that exist', () => {
  const [packaged] = faultsOfFile(path.join(recipes, 'labb.yaml'));
  assert.equal(packaged?.message, 'no such file');
  assert.match(
    packaged?.hints.join('\n') ?? '',
    /Did you mean lab\?\nRecipes that come with QED, by name: .*lab/,
  );
  writeFileSync(path.join(scratch, 'mine.yaml'), valid);
  const [beside] = faultsOfFile(path.join(scratch, 'mien.yaml'));
  assert.match(beside?.hints.join('\n') ?? '', /Did you mean .*mine\.yaml\?\nRecipes there: .*mine\.yaml/);
  const [bare] = faultsOfFile('lab-qick');
  assert.match(bare?.hints.join('\n') ?? '', /Did you mean lab-quick\?/);
  assert.equal(bare?.message, 'there is no such recipe');
  assert.equal(faultsOfFile(`${scratch}/`)[0]?.message, 'is a directory, not a recipe');
  // A directory without a slash looks like a name.
  const before = process.cwd();
  process.chdir(path.dirname(scratch));
  const [directory] = faultsOfFile(path.basename(scratch));
  process.chdir(before);
  assert.equal(directory?.message, 'is a directory, not a recipe');
  assert.deepEqual(
    faultsOfFile('').map(({ where, message }) => [where, message]),
    [['""', 'an empty name is not a recipe']],
  );
});
