/**
 * What of a directory goes out as a data set: the rows of a step of curation, the texts of a distilled set, or the problems and
 * texts that a run of the lab generated. Everything else is refused: where it comes from is not on record.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { distilledNames } from '../curate/distill/distilled-files.ts';
import { dataCardParts } from '../curate/report/data-card.ts';
import { rowsFile, stepFile } from '../curate/step-files.ts';
import { packageVersion } from '../recipe/package-version.ts';
import { frozenRecipe } from '../view/frozen-recipe.ts';
import { chainFault } from './evaluation-data.ts';
import { sharedRecipe, withoutPlacesInText } from './shared-recipe.ts';
import { stepChain } from './step-chain.ts';

export interface DataSplit {
  readonly config: string;
  readonly split: string;
  readonly file: string;
}

export interface DataSource {
  readonly splits: readonly DataSplit[];
  /** Of its sources, as they name them. */
  readonly licences: readonly string[];
  /** The card's text below its title: provenance, steps, caveats. */
  readonly body: string;
  readonly isSynthetic: boolean;
  readonly remarks: readonly string[];
}

/** Throws an Error where it is no data set, or may not be pushed. `name` is for the card's title. */
export function dataSource(place: string, name: string): DataSource {
  const directory = path.resolve(place);
  if (existsSync(path.join(directory, stepFile))) return ofCuration(directory, name);
  const curated = path.join(directory, 'data');
  if (existsSync(path.join(directory, 'recipe.yaml')) && existsSync(curated)) return ofRun(directory, name);
  throw new Error(
    `${place}: no data set is there; expected the directory of a step of qed data (with ${stepFile}) or a run of the lab`,
  );
}

function ofCuration(directory: string, name: string): DataSource {
  const chain = stepChain(directory);
  const fault = chainFault(chain);
  if (fault !== undefined) throw new Error(`${directory}: ${fault}`);
  const records = chain.map(({ record }) => record);
  const { licences, body } = dataCardParts({ name, records, version: packageVersion() });
  const isDistilled = records.at(-1)?.step === 'distill';
  const splits: DataSplit[] = isDistilled
    ? [
        { config: 'default', split: 'train', file: path.join(directory, distilledNames.all) },
        { config: 'one-per-problem', split: 'train', file: path.join(directory, distilledNames.one) },
      ]
    : [{ config: 'default', split: 'train', file: path.join(directory, rowsFile) }];
  const doubtful = licences.filter((licence) => /^(unknown|see )/i.test(licence));
  return {
    ...{ splits, licences, body: withoutPlacesInText(body), isSynthetic: false },
    remarks: doubtful.map(
      (licence) => `a source's licence is only known as "${licence}": find out before you push`,
    ),
  };
}

/** Files of a run's data by configuration and split. */
const ofLab: readonly (readonly [config: string, split: string, file: string])[] = [
  ['problems', 'train', 'train.jsonl'],
  ['problems', 'validation', 'validation.jsonl'],
  ['problems', 'test', 'test.jsonl'],
  ['pretrain', 'train', 'pretrain.jsonl'],
  ['pretrain', 'validation', 'pretrain-validation.jsonl'],
  ['sft', 'train', 'sft.jsonl'],
  ['sft', 'validation', 'sft-validation.jsonl'],
  ['judge', 'train', 'judge.jsonl'],
  ['judge', 'validation', 'judge-validation.jsonl'],
];

function ofRun(directory: string, name: string): DataSource {
  const frozen = frozenRecipe(directory);
  if (frozen?.recipe === undefined) {
    throw new Error(
      `${directory}: ${frozen?.trouble ?? 'it has no recipe.yaml'}; of a curation name the last step, such as ${path.join(directory, 'data', '7-distill')}`,
    );
  }
  const { recipe } = frozen;
  if (recipe.data.kind !== 'lab') {
    throw new Error(
      `${directory}: its data was read from files (data.kind is ${recipe.data.kind}), and a run does not know where they come from; push the step of qed data that made them`,
    );
  }
  const splits = ofLab
    .map(([config, split, file]) => ({ config, split, file: path.join(directory, 'data', file) }))
    .filter(({ file }) => existsSync(file));
  const body = [
    `# ${name}`,
    '',
    `Problems and texts of QED's lab, a generated world of derivation problems in which every proof can be graded exactly. Made by QED ${packageVersion()} from a seed; no text of people is in it, and the same settings give the same bytes.`,
    '',
    'Configuration `problems` has statements, solutions and grading schemes in the splits that the run used: `train` for reinforcement learning, `validation` for held-out scores while training, `test` for its evaluation. The others are conversations to train on, with what was held out for the validation loss.',
    '',
    '```yaml',
    sharedRecipe({ seed: recipe.seed, data: recipe.data }),
    '```',
  ].join('\n');
  return { splits, licences: [], body, isSynthetic: true, remarks: [] };
}
