// npm run bench -- NAME [--json FILE]: measures, and prints figures with their goals. Not a test: the exit code is 0
// whether goals are met or not. Each figure is the median of undisturbed repeats; "~" marks one that could not be
// measured undisturbed, because something else was using the machine.
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchAdapters } from './bench/adapters.ts';
import { benchAnswers } from './bench/answers/answers.ts';
import { benchCompare, fullCompare } from './bench/compare.ts';
import { benchCuration, fullCuration } from './bench/curation/curation.ts';
import { benchDecontaminate, fullDecontaminate } from './bench/decontaminate/decontaminate.ts';
import { benchQuality } from './bench/decontaminate/quality.ts';
import { benchEngine, type FigureGroup } from './bench/engine.ts';
import { figureHeading, figureLine } from './bench/figure-table.ts';
import { benchHarness, fullLoad } from './bench/harness/harness.ts';
import {
  benchPipeline,
  fullPipeline,
  type PipelineComparison,
  pipelineComparisons,
} from './bench/pipeline/pipeline.ts';
import { canSeeOthers, mostOthers } from './bench/quiet.ts';
import { benchSimulate, fullSimulate } from './bench/simulate.ts';
import { benchStatistics } from './bench/statistics.ts';
import { benchTinker } from './bench/tinker.ts';
import { benchWeb } from './bench/web/web.ts';

const usage = `usage: npm run bench -- engine|adapters|harness|compare|answers|statistics|pipeline|simulate|decontaminate|curation|web|tinker [options]
  --json FILE      write the figures there too
  --repeats N      undisturbed repeats of each measurement (default 5)
  --patience S     seconds to spend on making disturbed repeats again, per measurement (default 30)
engine: training and sampling of the embedded engine
  --peer PYTHON    measure torch and transformers beside, with a Python that has them
  --llama-cpp DIR  measure llama.cpp beside, with node-llama-cpp as installed in this directory
  --threads N      most threads (default: one per core)
  --sizes A,B      only these model sizes: 1M, 10M
adapters: training with an adapter (LoRA) against training all parameters: steps, memory
  --peer PYTHON    measure torch and PEFT beside, with a Python that has them
  --threads N      threads (default: one per core)
  --sizes A,B      only these model sizes: 1M, 10M, 135M
compare: a large benchmark run is opened, compared and written out
  --attempts N     graded attempts (default ${fullCompare.attempts})
curation: memory of qed data import and filter on many rows
  --rows N         most rows (default ${fullCuration.rows})
statistics: bootstraps of a large comparison, of a judge and of a large mean
harness: streamed calls at once from a local server
  --peer PYTHON    measure the openai package beside, with a Python that has it
  --calls N        calls at once (default ${fullLoad.calls})
  --tokens N       tokens of each reply (default ${fullLoad.tokens})
  --burst N        tokens that the server writes at a time to one stream (default ${fullLoad.burst})
  --peer-repeats N repeats of the Python client, which takes minutes (default 1)
  --peer-tokens N  tokens of each reply to it, where all of them take too long (default: as many)
simulate: real runs beside their simulation, and a simulation at the scale of the paper
  --steps, --base, --lag  as for pipeline (default ${fullSimulate.steps} steps, bound ${fullSimulate.maxLag})
pipeline: reinforcement learning, synchronous against asynchronous, in a run of recipes/lab-quick.yaml
  --steps N        optimiser steps of each (default ${fullPipeline.steps})
  --base DIR       keep the run to begin from here, and use it when it is there
  --lag N          bound of the asynchronous one (default ${fullPipeline.maxLag})
  --peer PYTHON    measure TRL's GRPOTrainer beside, with a Python that has it
  --only A,B       only these comparisons: ${pipelineComparisons.join(', ')}
decontaminate: problems of evaluation sets and duplicates in training data
  --data DIR       data sets as docs/data.md describes them (default ../shared/data)
  --peer PYTHON    measure RapidFuzz beside, with a Python that has it
  --rows N         rows of the large file (default ${fullDecontaminate.rows})
  --pair-rows N    rows of the comparison of all pairs (default ${fullDecontaminate.pairRows})
  --quality        measure what is found instead: planted items, natural pairs, pairs read by a person
tinker: the embedded engine behind the Tinker API beside the same engine in process
  --threads N, --sizes A,B  as for engine
web: first load of the web app in a headless Chromium; a large run opened, and written while it is read; pages over large runs
  --folder DIR     with these runs (default: none)
answers: comparison of final answers without a model
  --suite PATH     IMO-AnswerBench (default ../shared/data/imo-bench, where it is)
  --peer PYTHON    measure Math-Verify and SymPy beside, with a Python that has them
  --compute-engine DIR  measure @cortex-js/compute-engine beside, as installed in this directory
  --every N        give peers every Nth of the rewritten answers (default 10)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    peer: { type: 'string' },
    'llama-cpp': { type: 'string' },
    threads: { type: 'string' },
    sizes: { type: 'string' },
    repeats: { type: 'string' },
    patience: { type: 'string' },
    calls: { type: 'string' },
    tokens: { type: 'string' },
    burst: { type: 'string' },
    'peer-repeats': { type: 'string' },
    'peer-tokens': { type: 'string' },
    suite: { type: 'string' },
    'compute-engine': { type: 'string' },
    every: { type: 'string' },
    attempts: { type: 'string' },
    steps: { type: 'string' },
    lag: { type: 'string' },
    base: { type: 'string' },
    only: { type: 'string' },
    data: { type: 'string' },
    rows: { type: 'string' },
    'pair-rows': { type: 'string' },
    quality: { type: 'boolean' },
    folder: { type: 'string' },
    help: { type: 'boolean' },
  },
});

const [benchmark, ...others] = positionals;
const benchmarks: Readonly<Record<string, () => AsyncGenerator<FigureGroup>>> = {
  engine: engineFigures,
  adapters: () => benchAdapters({ threads, peer: values.peer, sizes: values.sizes?.split(','), patience }),
  harness: harnessFigures,
  compare: compareFigures,
  curation: () => benchCuration({ rows: count(values.rows, fullCuration.rows) }),
  answers: answerFigures,
  statistics: () => benchStatistics(patience),
  pipeline: pipelineFigures,
  simulate: simulateFigures,
  decontaminate: decontaminateFigures,
  tinker: () => benchTinker({ threads, patience, sizes: values.sizes?.split(',') }),
  web: () => benchWeb({ folder: values.folder, repeats: patience.repeats }),
};
const chosen = Object.hasOwn(benchmarks, benchmark ?? '') ? benchmarks[benchmark ?? ''] : undefined;
if (values.help || others.length > 0 || chosen === undefined) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}

function count(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  console.error(`${text} is no positive integer\n${usage}`);
  process.exit(2);
}

const threads = count(values.threads, availableParallelism());
const patience = { repeats: count(values.repeats, 5), extraSeconds: count(values.patience, 30) };
const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
const machine = {
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  platform: `${process.platform} ${process.arch}`,
  node: process.version,
  onnxruntime: version,
};
console.log(Object.values(machine).join(', '));
console.log(
  canSeeOthers()
    ? `Medians of ${patience.repeats} repeats during which others used less than ${mostOthers} of a core; ~ means disturbed.\n`
    : `Medians of ${patience.repeats} repeats. This system does not tell whether others disturbed them.\n`,
);
console.log(figureHeading());

const groups: FigureGroup[] = [];
for await (const group of chosen()) {
  groups.push(group);
  console.log(group.title);
  for (const figure of group.figures) console.log(figureLine(figure));
}
const figures = groups.flatMap(({ title, figures }) =>
  figures.map((figure) => ({ group: title, ...figure })),
);
const withGoal = figures.filter((figure) => figure.goal !== undefined);
const disturbed = figures.filter((figure) => figure.quality === 'disturbed');
console.log(
  `\n${withGoal.filter((figure) => figure.met).length} of ${withGoal.length} goals met, ${disturbed.length} figures disturbed`,
);
if (values.json !== undefined) {
  await writeFile(values.json, `${JSON.stringify({ benchmark, machine, threads, figures }, null, 2)}\n`);
}

function engineFigures(): AsyncGenerator<FigureGroup> {
  return benchEngine({
    threads,
    peer: values.peer,
    llamaCpp: values['llama-cpp'],
    sizes: values.sizes?.split(','),
    patience,
  });
}

function compareFigures(): AsyncGenerator<FigureGroup> {
  return benchCompare({ ...fullCompare, attempts: count(values.attempts, fullCompare.attempts) });
}

function pipelineFigures(): AsyncGenerator<FigureGroup> {
  return benchPipeline({
    ...fullPipeline,
    ...patience,
    steps: count(values.steps, fullPipeline.steps),
    maxLag: count(values.lag, fullPipeline.maxLag),
    base: values.base,
    peer: values.peer,
    only: comparisons(values.only?.split(',') ?? pipelineComparisons),
  });
}

function simulateFigures(): AsyncGenerator<FigureGroup> {
  return benchSimulate({
    repeats: patience.repeats,
    steps: count(values.steps, fullSimulate.steps),
    maxLag: count(values.lag, fullSimulate.maxLag),
    base: values.base,
  });
}

function comparisons(names: readonly string[]): PipelineComparison[] {
  const chosen = pipelineComparisons.filter((comparison) => names.includes(comparison));
  const isPeerless = values.only !== undefined && chosen.includes('peer') && values.peer === undefined;
  if (chosen.length === names.length && !isPeerless) return chosen;
  const wrong = isPeerless
    ? '--only peer needs --peer PYTHON'
    : `--only knows ${pipelineComparisons.join(', ')}`;
  console.error(`${wrong}\n${usage}`);
  process.exit(2);
}

function harnessFigures(): AsyncGenerator<FigureGroup> {
  const tokens = count(values.tokens, fullLoad.tokens);
  return benchHarness({
    calls: count(values.calls, fullLoad.calls),
    tokens,
    burst: count(values.burst, fullLoad.burst),
    peer: values.peer,
    peerRepeats: count(values['peer-repeats'], 1),
    peerTokens: count(values['peer-tokens'], tokens),
    patience,
  });
}

function decontaminateFigures(): AsyncGenerator<FigureGroup> {
  const data = values.data ?? '../shared/data';
  if (values.quality === true) return benchQuality(data);
  return benchDecontaminate({
    ...{ data, peer: values.peer, patience },
    rows: count(values.rows, fullDecontaminate.rows),
    pairRows: count(values['pair-rows'], fullDecontaminate.pairRows),
  });
}

function answerFigures(): AsyncGenerator<FigureGroup> {
  return benchAnswers({
    suite: values.suite ?? '../shared/data/imo-bench',
    peer: values.peer,
    computeEngine: values['compute-engine'],
    every: count(values.every, 10),
  });
}
