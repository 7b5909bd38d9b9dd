/** The files of deploy/: their syntax, that each says that it was not run, and that they agree with the recipes which name them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const files = (pattern: string): string[] => globSync(pattern, { cwd: root }).sort();

type Fields = Readonly<Record<string, unknown>>;

/** The field at a dotted path. */
function at(value: unknown, dotted: string): unknown {
  return dotted.split('.').reduce<unknown>((whole, name) => (whole as Fields | undefined)?.[name], value);
}

function manifests(file: string): Fields[] {
  return parseAllDocuments(read(file)).map((document) => {
    assert.deepEqual(document.errors, [], file);
    return document.toJS() as Fields;
  });
}

test('every script can be parsed, stops at errors, and says that it was not run', {
  skip: process.platform === 'win32' && 'bash is POSIX',
}, () => {
  const scripts = files('deploy/slurm/*.sbatch');
  assert.ok(scripts.length >= 6);
  for (const file of scripts) {
    const { status, stderr } = spawnSync('bash', ['-n', path.join(root, file)], { encoding: 'utf8' });
    assert.equal(status, 0, `${file}: ${stderr}`);
    const text = read(file);
    assert.match(text, /^#!\/usr\/bin\/env bash\n/, file);
    assert.match(text, /^set -euo pipefail$/m, file);
    assert.match(text, /NOT RUN ON A CLUSTER BY US/, file);
    assert.match(text, /^#SBATCH --job-name=qed-/m, file);
    // Slurm reads its options until the first command.
    const lines = text.split('\n');
    const command = lines.findIndex((line) => line !== '' && !line.startsWith('#'));
    assert.ok(
      lines.slice(command).every((line) => !line.startsWith('#SBATCH')),
      file,
    );
    for (const [, named = ''] of text.matchAll(/deploy\/(skyrl\/[\w-]+\.json)/g))
      assert.ok(files('deploy/skyrl/*.json').includes(path.join('deploy', named)), `${file} names ${named}`);
  }
});

test('every manifest is an object of Kubernetes, and what it refers to is there', () => {
  const found = files('deploy/kubernetes/*.yaml');
  assert.ok(found.length >= 4);
  for (const file of found) {
    assert.match(read(file), /NOT RUN ON A CLUSTER BY US/, file);
    const objects = manifests(file);
    for (const object of objects) {
      for (const field of ['apiVersion', 'kind', 'metadata.name'])
        assert.equal(typeof at(object, field), 'string', `${file} ${field}`);
    }
    const labels = objects.flatMap(
      (object) =>
        [
          at(object, 'spec.template.metadata.labels.app'),
          at(object, 'spec.rayClusterSpec.headGroupSpec.template.metadata.labels.app'),
        ] as const,
    );
    for (const service of objects.filter(({ kind }) => kind === 'Service'))
      assert.ok(
        labels.includes(at(service, 'spec.selector.app') as string),
        `${file}: a service without pods`,
      );
  }
});

test('the configuration of SkyRL in the manifest is the file that Slurm reads', () => {
  const map = manifests('deploy/kubernetes/skyrl.yaml').find(({ kind }) => kind === 'ConfigMap');
  const inside = JSON.parse(String((at(map, 'data') as Fields)['paper.json']));
  assert.deepEqual(inside, JSON.parse(read('deploy/skyrl/paper.json')));
});

test('a server that is started from here has the settings that its recipe says it has', () => {
  const pairs = [
    ['qed-nano', 'paper', 'slurm/skyrl.sbatch'],
    ['qed-nano-rl', 'paper', 'slurm/skyrl.sbatch'],
    ['qed-nano-single-node', 'single-node', 'slurm/single-node.sbatch'],
    ['qed-nano-lora-one-gpu', 'one-gpu', 'slurm/one-gpu.sbatch'],
  ] as const;
  for (const [name, config, script] of pairs) {
    const recipe: unknown = parse(read(`recipes/${name}.yaml`));
    const backend = JSON.parse(read(`deploy/skyrl/${config}.json`)) as Fields;
    const server = at(recipe, 'engine.server') as Fields;
    const optimiser = 'trainer.policy.optimizer_config';
    assert.deepEqual(backend[`${optimiser}.adam_betas`], [server.beta1, server.beta2], name);
    assert.equal(backend[`${optimiser}.weight_decay`], server.weightDecay, name);
    assert.equal(backend[`${optimiser}.max_grad_norm`], server.clipNorm, name);
    assert.equal(backend['trainer.algorithm.temperature'], server.temperature, name);
    assert.equal(backend['generator.sampling_params.temperature'], server.temperature, name);
    assert.equal(backend['trainer.algorithm.entropy_loss_coef'], server.entropyCoefficient, name);
    const engine = backend['generator.inference_engine.engine_init_kwargs'] as Fields;
    // Without it vLLM's log-probs are those before the temperature, and every ratio is wrong.
    assert.equal(engine.logprobs_mode, 'processed_logprobs', name);
    assert.ok(Number(engine.max_model_len) >= Number(at(recipe, 'model.maximumPositions')), name);
    assert.ok(
      read(`deploy/${script}`).includes(String(at(recipe, 'engine.baseModel'))),
      `${script} starts ${name}`,
    );
    const places =
      Number(backend['generator.inference_engine.num_engines']) *
      Number(backend['generator.inference_engine.max_num_seqs']);
    const asked = at(recipe, 'rc.pipeline.samplingAtOnce') ?? at(recipe, 'rl.pipeline.samplingAtOnce');
    assert.equal(asked, places, `${name} samples as many at once as the engines have places for`);
  }
});
