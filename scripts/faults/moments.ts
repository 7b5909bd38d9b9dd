/**
 * KILL at the moments that matter, by name: before and after each write that decides something. One run of the tiny
 * recipe meets all of them, one a sitting.
 */
import { type Life, livesOf, sit } from '../../src/recipe/fixtures/sitting.ts';
import type { NamedMoment } from '../../src/recipe/fixtures/witness.ts';
import { discard, faultsOf, runDirectory, type Section, type Setting, secondsText } from './setting.ts';

type Named = readonly [NamedMoment['operation'], NamedMoment['path'], NamedMoment['when']];

/** In the order in which a run comes by them. */
const moments: readonly Named[] = [
  ['rename', 'recipe.yaml', 'before'],
  ['rename', 'recipe.yaml', 'after'],
  ['rename', 'metrics.jsonl', 'before'],
  ['rename', 'data/tokenizer/tokenizer.json', 'before'],
  ['rename', 'data/sft.jsonl', 'after'],
  ['append', 'stage/data', 'before'],
  ['append', 'stage/data', 'after'],
  ['append', 'pretrain/step/1', 'before'],
  ['append', 'pretrain/step/4', 'after'],
  ['rename', 'checkpoints/base/5', 'before'],
  ['rename', 'checkpoints/base/5', 'after'],
  ['remove', 'checkpoints/base/5', 'amid'],
  ['rename', 'checkpoints/base/23', 'after'],
  ['remove', 'checkpoints/base/20', 'amid'],
  ['append', 'stage/pretrain', 'before'],
  ['append', 'stage/pretrain', 'after'],
  ['rename', 'checkpoints/sft/23', 'before'],
  ['append', 'stage/sft', 'before'],
  ['make', 'rl/held-out/0/3/0 attempt', 'after'],
  ['make', 'rl/2/1 attempt', 'after'],
  ['append', 'rl/batch/2', 'before'],
  ['append', 'rl/batch/2', 'after'],
  ['append', 'rl/step/2', 'before'],
  ['append', 'rl/step/2', 'after'],
  ['rename', 'checkpoints/rl/3', 'before'],
  ['rename', 'checkpoints/rl/3', 'after'],
  ['make', 'rl/held-out/4/2/0 attempt', 'before'],
  ['append', 'rl/step/8', 'after'],
  ['rename', 'checkpoints/rl/8', 'after'],
  ['make', 'evaluate/base/single/5/1 solve', 'after'],
  ['append', 'evaluation/base/single', 'before'],
  ['append', 'evaluation/base/single', 'after'],
  ['append', 'evaluation/rl/reasoning-cache', 'after'],
  ['append', 'stage/evaluate', 'before'],
  ['append', 'run/finished', 'before'],
  ['append', 'run/finished', 'after'],
  ['rename', 'report.json', 'before'],
  ['rename', 'report.html', 'before'],
  ['rename', 'finished.json', 'before'],
  ['rename', 'finished.json', 'after'],
];

export async function killAtMoments(setting: Setting): Promise<Section> {
  const name = 'moments';
  const directory = runDirectory(setting, name);
  const ends: string[] = [];
  const faults: string[] = [];
  for (const [operation, path, when] of moments) {
    const ending = { kind: 'moment', moment: { operation, path, when } } as const;
    const { signal, errors } = await sit(directory, { ...setting.sitting, ending });
    if (signal !== 'SIGKILL') {
      faults.push(`${name}: the run did not come by ${when} ${operation} ${path}: ${errors}`);
    }
    ends.push(signal ?? 'NOT MET');
  }
  const last = await sit(directory, setting.sitting);
  if (last.code !== 0) faults.push(`${name}: ${last.errors}`);
  else faults.push(...(await faultsOf(setting, name)));
  const lives = livesOf(directory);
  const rows = moments.map(([operation, path, when], index) => [
    `${when} ${operation} ${path}`,
    ends[index] ?? '',
    `${madeAgainAfter(lives, index)}`,
    secondsText(lives[index + 1]?.secondsToResume),
  ]);
  discard(setting, name, faults);
  return {
    title: 'killed at named moments, one run through all of them',
    heading: ['moment', 'ended by', 'effects again', 'to resume'],
    rows,
    faults,
    summary: `${rows.length} moments, ${faults.length === 0 ? 'ended as the twin' : `${faults.length} faults`}`,
  };
}

/** Effects that a life made and lost with its end. */
function madeAgainAfter(lives: readonly Life[], index: number): number {
  const later = new Set(lives.slice(index + 1).flatMap(({ made }) => made));
  return (lives[index]?.made ?? []).filter((effect) => later.has(effect)).length;
}
