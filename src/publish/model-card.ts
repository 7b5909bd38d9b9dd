/**
 * The card of a trained model: what it is, how it was trained, how it scored with intervals, how to run it and what it cannot
 * do. Every figure is the run's own; a paragraph for which the run has none is left out.
 */
import { markdownTable } from '../bench/tables/markdown-table.ts';
import type { Cell } from '../bench/tables/table.ts';
import type { ModelConfig } from '../engine/engine.ts';
import type { HubPlace } from '../problems/remote/hub-place.ts';
import type { BenchScore } from './bench-scores.ts';
import { cardText } from './card-head.ts';
import { licenceFields } from './hub-licences.ts';
import type { CheckpointRun, StageFigures } from './run-of-checkpoint.ts';
import { sharedRecipe, withoutAddresses } from './shared-recipe.ts';

export interface ModelCard {
  readonly place: HubPlace;
  readonly config: ModelConfig;
  readonly parameters: number;
  /** How numbers are written: F32, BF16. */
  readonly numbers: string;
  /** Undefined for a model that no run made. */
  readonly run: CheckpointRun | undefined;
  readonly bench: readonly BenchScore[];
  readonly licence: string | undefined;
  readonly baseModel: string | undefined;
  readonly dataSets: readonly string[];
  readonly hasChatTemplate: boolean;
  readonly version: string;
}

export function modelCard(card: ModelCard): string {
  const { run, baseModel, dataSets } = card;
  const head = {
    ...licenceFields(card.licence === undefined ? [] : [card.licence]),
    ...(baseModel === undefined ? {} : { base_model: baseModel, base_model_relation: 'finetune' }),
    ...(dataSets.length === 0 ? {} : { datasets: dataSets }),
    language: ['en'],
    library_name: 'transformers',
    pipeline_tag: 'text-generation',
    tags: ['qed', 'mathematics', 'proofs', ...(run?.recipe.data.kind === 'lab' ? ['synthetic'] : [])],
  };
  const parts = [
    `# ${card.place.name}`,
    introduction(card),
    ...(run === undefined ? [] : [training(run)]),
    evaluation(card),
    usage(card),
    limits(card),
  ];
  return cardText(head, parts.filter((part) => part !== '').join('\n\n'));
}

function introduction({ run, config, parameters, numbers, baseModel, version }: ModelCard): string {
  const size = `${config.model_type}, ${count(parameters)} parameters in ${numbers}, ${config.num_hidden_layers} layers, up to ${count(config.max_position_embeddings)} tokens`;
  if (run === undefined) return `A language model (${size}), exported by QED ${version}.`;
  const { recipe, name, step } = run;
  const from =
    baseModel === undefined ? '' : ` It began from [${baseModel}](https://huggingface.co/${baseModel}).`;
  const said = recipe.description === '' ? '' : ` ${sentence(recipe.description)}`;
  return `Checkpoint \`${name}\` after ${count(step)} steps of the recipe \`${recipe.name}\` (${size}), trained by QED ${version}.${from}${said}`;
}

function training(run: CheckpointRun): string {
  const dash = null;
  const number = (value: number | undefined): Cell => (value === undefined ? dash : { value, digits: 0 });
  const table = markdownTable({
    title: 'Stages, in their order',
    columns: [
      { heading: 'stage', align: 'left' },
      ...['steps', 'trained tokens', 'sampled tokens', 'seconds'].map((heading) => ({
        heading,
        align: 'right' as const,
      })),
      { heading: 'first step to last', align: 'left' },
    ],
    rows: run.stages.map((stage) => [
      ...[stage.id, number(stage.steps), number(stage.trainedTokens), number(stage.sampledTokens)],
      ...[number(stage.seconds), movement(stage)],
    ]),
    notes: run.report === undefined ? ['The run has no report yet: tokens and seconds are not known.'] : [],
  });
  return [
    '## How it was trained',
    '',
    table,
    ...(run.recipe.lora === undefined
      ? []
      : [`Trained with LoRA of rank ${run.recipe.lora.rank}; the weights here are merged.`, '']),
    `Data: ${dataText(run)}`,
    '',
    '<details><summary>The recipe, with every default written out</summary>',
    '',
    '```yaml',
    sharedRecipe(run.recipe).replaceAll('```', "'''"),
    '```',
    '',
    '</details>',
  ].join('\n');
}

const supervisedFigures = [
  ['loss', 'loss', 3],
  ['validationLoss', 'validation loss', 3],
] as const;
const policyFigures = [
  ['reward', 'reward', 3],
  ['lengthMean', 'tokens an attempt', 0],
  ['overflowShare', 'share cut', 3],
  ['entropy', 'entropy', 3],
] as const;

/** What a stage changed, in the figures that say most. */
function movement({ id, first, last }: StageFigures): string {
  const shown: string[] = [];
  for (const [name, words, digits] of id === 'rl' || id === 'rc' ? policyFigures : supervisedFigures) {
    const [from, to] = [first[name], last[name]];
    if (from !== undefined && to !== undefined)
      shown.push(`${words} ${from.toFixed(digits)} to ${to.toFixed(digits)}`);
  }
  return shown.join('; ');
}

function dataText({ recipe }: CheckpointRun): string {
  const { data } = recipe;
  if (data.kind === 'lab')
    return `problems and texts of QED's lab, a generated world (profile \`${data.profile}\`, seed ${recipe.seed}); no text of people is in it.`;
  if (data.kind === 'harp') return 'proofs of USAMO and USAJMO problems from HARP (aadityasingh/HARP, MIT).';
  const what = data.kind === 'problems' ? 'problems with grading schemes' : 'texts';
  return `${what} of the files that the recipe names below; their own card says where they come from.`;
}

function evaluation({ run, bench }: ModelCard): string {
  const parts: string[] = [];
  const scores = run?.report?.scores.filter(({ checkpoint }) => lineOf(run).includes(checkpoint)) ?? [];
  if (scores.length > 0 && run !== undefined) {
    parts.push(
      markdownTable({
        title: 'Scores in percent of full marks, with 95 % intervals',
        columns: [
          ...['checkpoint', 'scaffold', 'problems'].map((heading) => ({ heading, align: 'left' as const })),
          ...['score', 'attempts', 'tokens'].map((heading) => ({ heading, align: 'right' as const })),
        ],
        rows: scores.map(({ checkpoint, scaffold, suite, mean, ci: [low, high], n, tokens }): Cell[] => [
          ...[checkpoint === run.name ? `${checkpoint} (this one)` : checkpoint, scaffold, suite],
          ...[
            { value: mean, digits: 1, low, high },
            { value: n, digits: 0 },
            { value: tokens, digits: 0 },
          ],
        ]),
        notes: [
          'Intervals are over problems and attempts; attempts without a grade are left out, never counted as 0.',
          'Scores are of the last step of each stage.',
        ],
      }),
    );
  }
  if (bench.length > 0) {
    parts.push(
      markdownTable({
        title: 'Benchmarks in percent of full marks, with 95 % intervals',
        columns: [
          ...['benchmark', 'scaffold', 'judge'].map((heading) => ({ heading, align: 'left' as const })),
          ...['score', 'graded', 'without a grade'].map((heading) => ({ heading, align: 'right' as const })),
        ],
        rows: bench.map(({ suite, scaffold, judge, score, graded, ungraded }): Cell[] => [
          ...[suite, scaffold, withoutAddresses(judge)],
          ...[
            { value: score.estimate, digits: 1, low: score.low, high: score.high },
            { value: graded, digits: 0 },
            { value: ungraded, digits: 0 },
          ],
        ]),
        notes: ['A judge is a model and errs; its name is part of the figure.'],
      }),
    );
  }
  return parts.length === 0 ? '' : ['## Evaluation', '', ...parts].join('\n').trimEnd();
}

/** The checkpoints that a checkpoint came from, and itself. */
function lineOf({ stages }: CheckpointRun): string[] {
  return ['base', ...stages.map(({ id }) => (id === 'pretrain' ? 'base' : id))];
}

function usage({ place, hasChatTemplate, config }: ModelCard): string {
  const prompt = hasChatTemplate
    ? `prompt = tokenizer.apply_chat_template(
    [{"role": "user", "content": "Prove that …"}], add_generation_prompt=True, return_tensors="pt", return_dict=True
)`
    : 'prompt = tokenizer("Prove that …", return_tensors="pt")';
  return `## Use

\`\`\`python
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("${place.id}")
model = AutoModelForCausalLM.from_pretrained("${place.id}")
${prompt}
reply = model.generate(**prompt, max_new_tokens=${Math.max(1, Math.floor(config.max_position_embeddings / 4))})
print(tokenizer.decode(reply[0]))
\`\`\`

Or \`vllm serve ${place.id}\`, then \`qed prove PROBLEM --model openai:http://127.0.0.1:8000/v1#${place.id}\`.`;
}

function limits({ run, config }: ModelCard): string {
  const lines = ['A proof that it writes may be wrong, and reads the better for it: check it.'];
  const grader = run?.recipe[run.name === 'rc' ? 'rc' : 'rl']?.grader;
  if (run?.recipe.data.kind === 'lab')
    lines.push(
      'It knows the language of the lab and nothing else: problems of the form "Given A, B. Rules: … Prove C."',
    );
  if (grader !== undefined && (run?.name === 'rl' || run?.name === 'rc'))
    lines.push(
      grader === 'exact'
        ? 'Its rewards came from an exact grader.'
        : `Its rewards came from the grader \`${withoutAddresses(grader)}\`, and it may have learnt what that grader likes beside what is right.`,
    );
  lines.push(`Prompt and reply together have at most ${count(config.max_position_embeddings)} tokens.`);
  for (const { stage, step, text } of run?.report?.alarms ?? [])
    lines.push(`${stage}, step ${step}: ${sentence(text)}`);
  return ['## Limits', '', ...lines.map((line) => `- ${line}`)].join('\n');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function sentence(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
