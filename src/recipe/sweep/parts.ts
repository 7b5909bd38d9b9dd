/**
 * The parts of a run that another run of a sweep can take over: every stage but evaluate and report, and of evaluate each
 * checkpoint in a single turn and with the Reasoning Cache. A part has a key, which says what it depends on, and consists of
 * directories and rows of the journal.
 */
import type { RowSelection } from '../../journal/copy-rows.ts';
import type { JournalReader } from '../../journal/journal-reader.ts';
import { type CheckpointName, stageOf } from '../checkpoints.ts';
import { type Recipe, type StageId, stagesOf } from '../schema.ts';
import { evaluationKey, type SharedScaffold, stageKey } from '../stage-inputs.ts';
import { checkpointsOf } from '../stages/evaluate.ts';

export interface Part {
  /** `sft`, `evaluate/sft/single`. */
  readonly id: string;
  readonly stage: StageId;
  readonly key: string;
  /** Directories below the run's. */
  readonly directories: readonly string[];
  readonly rows: RowSelection;
  /** The event that says that it is done, and how units of its effects and streams of its events begin. */
  readonly done: { readonly stream: string; readonly key: string };
  readonly prefix: string;
}

export function partsOf(recipe: Recipe): Part[] {
  return stagesOf(recipe).flatMap((stage) => {
    if (stage === 'report') return [];
    return stage === 'evaluate' ? evaluations(recipe) : [stagePart(recipe, stage)];
  });
}

function stagePart(recipe: Recipe, stage: StageId): Part {
  const prefix = `${stage}/`;
  const names = Object.keys(stageOf) as CheckpointName[];
  const own = names.filter((name) => stageOf[name] === stage);
  return {
    id: stage,
    stage,
    key: stageKey(recipe, stage),
    directories: stage === 'data' ? ['data'] : own.map((name) => `checkpoints/${name}`),
    rows: {
      event: (stream, key) =>
        stream.startsWith(prefix) ||
        (stream === 'stage' && key === stage) ||
        (['time', 'grade/unread'].includes(stream) && key.startsWith(prefix)) ||
        (stream === 'samples' && stage === 'sft') ||
        (stream === 'run' && key === 'model' && stage === 'data'),
      effect: (unit) => unit.startsWith(prefix),
    },
    done: { stream: 'stage', key: stage },
    prefix,
  };
}

function evaluations(recipe: Recipe): Part[] {
  const scaffolds: SharedScaffold[] =
    (recipe.evaluate?.reasoningCacheTurns ?? 0) > 0 ? ['single', 'reasoning-cache'] : ['single'];
  return checkpointsOf({ recipe }).flatMap((checkpoint) => {
    // The model that a run begins from is left by no stage.
    const from = stagesOf(recipe).find((stage) => stage === stageOf[checkpoint]);
    return scaffolds.map((scaffold): Part => {
      const name = `${checkpoint}/${scaffold}`;
      const prefix = `evaluate/${name}/`;
      return {
        id: `evaluate/${name}`,
        stage: 'evaluate',
        key: evaluationKey(recipe, { from, scaffold }),
        directories: [],
        rows: {
          event: (stream, key) =>
            (stream === 'evaluation' && key === name) ||
            (stream === 'grade/unread' && key.startsWith(prefix)),
          effect: (unit) => unit.startsWith(prefix),
        },
        done: { stream: 'evaluation', key: name },
        prefix,
      };
    });
  });
}

export function isDone(reader: JournalReader, { done }: Part): boolean {
  return reader.find(done.stream, done.key) !== undefined;
}
