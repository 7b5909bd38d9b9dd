// npm run bench -- NAME [--json FILE]: measures, and prints figures with their goals. Not a test: the exit code is 0
// whether goals are met or not. Each figure is the median of undisturbed repeats; "~" marks one that could not be
// measured undisturbed, because something else was using the machine.
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchEngine, type FigureGroup } from './bench/engine.ts';
import { figureHeading, figureLine } from './bench/figure-table.ts';
import { canSeeOthers, mostOthers } from './bench/quiet.ts';

const usage = `usage: npm run bench -- engine [options]
  --json FILE      write the figures there too
  --peer PYTHON    measure torch and transformers beside, with a Python that has them
  --llama-cpp DIR  measure llama.cpp beside, with node-llama-cpp as installed in this directory
  --threads N      most threads (default: one per core)
  --repeats N      undisturbed repeats of each measurement (default 5)
  --patience S     seconds to spend on making disturbed repeats again, per measurement (default 30)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    peer: { type: 'string' },
    'llama-cpp': { type: 'string' },
    threads: { type: 'string' },
    repeats: { type: 'string' },
    patience: { type: 'string' },
    help: { type: 'boolean' },
  },
});

if (values.help || positionals.length !== 1 || positionals[0] !== 'engine') {
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
for await (const group of benchEngine({
  threads,
  peer: values.peer,
  llamaCpp: values['llama-cpp'],
  patience,
})) {
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
  await writeFile(
    values.json,
    `${JSON.stringify({ benchmark: 'engine', machine, threads, figures }, null, 2)}\n`,
  );
}
