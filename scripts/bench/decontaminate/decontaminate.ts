/**
 * The benchmark of src/curate/decontaminate: similarities of all pairs against RapidFuzz's batch call, the index against all
 * pairs, and a large file from end to end.
 */

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { ComparedStatement } from '../../../src/curate/decontaminate/compare-statements.ts';
import { EvaluationIndex } from '../../../src/curate/decontaminate/evaluation-index.ts';
import { bestMatch, findContamination } from '../../../src/curate/decontaminate/find-contamination.ts';
import { rowKeysOf } from '../../../src/curate/decontaminate/row-keys.ts';
import { settingsSchema } from '../../../src/curate/decontaminate/settings.ts';
import { StatementViews } from '../../../src/curate/decontaminate/views.ts';
import type { FigureGroup } from '../engine.ts';
import { compared, counted, type Figure, measured } from '../figure.ts';
import { LinePeer } from '../line-peer.ts';
import { measure, type Patience, type Work } from '../quiet.ts';
import { crossScores, type Scorer } from './cross-scores.ts';
import type { CrossTexts } from './cross-worker.ts';
import { evaluationFiles, evaluationProblems, naturalRows } from './real-data.ts';
import { writeCorpus } from './write-corpus.ts';

export interface DecontaminateBench {
  /** Directory of data sets, as docs/data.md describes it. */
  readonly data: string;
  /** A Python that has RapidFuzz. */
  readonly peer: string | undefined;
  /** Rows of the comparison of all pairs. */
  readonly pairRows: number;
  /** Rows of the large file. */
  readonly rows: number;
  readonly patience: Patience;
}

export const fullDecontaminate = { pairRows: 60, rows: 500_000 } as const;
const settings = settingsSchema.parse({});

export async function* benchDecontaminate(options: DecontaminateBench): AsyncGenerator<FigureGroup> {
  const items = await evaluationProblems(options.data);
  const all = await naturalRows(options.data);
  // Spread over all corpora.
  const step = Math.max(1, Math.floor(all.length / options.pairRows));
  const rows = all.filter((_, i) => i % step === 0).slice(0, options.pairRows);
  yield* pairFigures(
    rows.map(({ statement }) => statement),
    items.map(({ statement }) => statement),
    options,
  );
  yield await indexFigures(rows, items, options.patience);
  yield await largeFigures(options, items);
}

/** The strings that the step compares, the same for both sides. */
function textsOf(statements: readonly string[]): Record<Scorer, string[]> {
  const views = statements.map((statement) => new StatementViews(statement));
  return {
    partial: views.map((one) => String.fromCodePoint(...one.compact('text').codes)),
    'token-set': views.map((one) => one.tokenSet('text').words.join(' ')),
  };
}

async function* pairFigures(
  rows: readonly string[],
  items: readonly string[],
  { peer: python, patience }: DecontaminateBench,
): AsyncGenerator<FigureGroup> {
  const [rowTexts, itemTexts] = [textsOf(rows), textsOf(items)];
  const texts = {
    partial: { rows: rowTexts.partial, items: itemTexts.partial },
    'token-set': { rows: rowTexts['token-set'], items: itemTexts['token-set'] },
  };
  const threads = availableParallelism();
  const workers = Array.from({ length: threads }, (_, part) => startWorker(texts, part, threads));
  const program = fileURLToPath(new URL('rapidfuzz-peer.py', import.meta.url));
  const peer = python === undefined ? undefined : await LinePeer.start(python, [program], {});
  try {
    const about = await peer?.ask({ do: 'load', texts: asPairs(texts) });
    for (const [scorer, threshold] of [
      ['partial', settings.partial],
      ['token-set', settings.tokenSet],
    ] as const) {
      for (const cutoff of [0, threshold]) {
        const own = crossScores(scorer, texts[scorer].rows, texts[scorer].items, cutoff);
        const ask = (count: number): Work | undefined =>
          peer === undefined
            ? undefined
            : async () =>
                Number((await peer.ask({ do: 'cdist', scorer, cutoff, workers: count })).cpuSeconds);
        const works = await measure(
          {
            alone: async () => void crossScores(scorer, texts[scorer].rows, texts[scorer].items, cutoff),
            threaded: async () => {
              await Promise.all(workers.map((worker) => askWorker(worker, { scorer, cutoff })));
              return undefined;
            },
            peerAlone: ask(1),
            peerThreaded: ask(-1),
          },
          patience,
        );
        const pairs = rows.length * items.length;
        const perSecond = (seconds: number): number => pairs / seconds;
        const figures: Figure[] = [
          measured('QED, one thread', 'pairs/s', works.alone, perSecond),
          measured(`QED, ${threads} threads`, 'pairs/s', works.threaded, perSecond),
        ];
        if (works.peerAlone !== undefined && works.peerThreaded !== undefined && peer !== undefined) {
          const ratio = (a: number, b: number): number => b / a;
          const theirs = (await peer.ask({ do: 'cdist', scorer, cutoff, workers: 1 })).sums as number[];
          figures.push(
            measured('RapidFuzz, workers=1', 'pairs/s', works.peerAlone, perSecond),
            measured('RapidFuzz, workers=-1', 'pairs/s', works.peerThreaded, perSecond),
            compared('QED / RapidFuzz, one thread', 'ratio', [works.alone, works.peerAlone], ratio),
            compared('QED / RapidFuzz, all cores', 'ratio', [works.threaded, works.peerThreaded], ratio),
            counted(
              'greatest difference of a row’s mean score',
              '',
              differenceOf(own, theirs, items.length),
              {
                atMost: 1e-9,
              },
            ),
          );
        }
        const scores = cutoff === 0 ? 'all scores' : `scores from ${cutoff}`;
        const version = about === undefined ? '' : `, RapidFuzz ${about.version}`;
        yield {
          title: `${scorer} ratio of ${rows.length} × ${items.length} statements, ${scores}${version}`,
          figures,
        };
      }
    }
  } finally {
    peer?.close();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function asPairs(texts: Readonly<Record<Scorer, CrossTexts>>): Record<Scorer, readonly unknown[]> {
  return {
    partial: [texts.partial.rows, texts.partial.items],
    'token-set': [texts['token-set'].rows, texts['token-set'].items],
  };
}

function startWorker(texts: Readonly<Record<Scorer, CrossTexts>>, part: number, parts: number): Worker {
  const own = ({ rows, items }: CrossTexts): CrossTexts => ({
    rows: rows.filter((_, i) => i % parts === part),
    items,
  });
  const workerData = { partial: own(texts.partial), 'token-set': own(texts['token-set']) };
  return new Worker(new URL('cross-worker.ts', import.meta.url), { workerData });
}

async function askWorker(
  worker: Worker,
  request: { readonly scorer: Scorer; readonly cutoff: number },
): Promise<void> {
  // `once` takes both of its listeners off again.
  const answered = once(worker, 'message');
  worker.postMessage(request);
  await answered;
}

function differenceOf(a: readonly number[], b: readonly number[], items: number): number {
  return Math.max(...a.map((sum, i) => Math.abs(sum - (b[i] ?? Number.NaN)))) / items;
}

/** Rows against the evaluation sets as the step does it, and against each of their statements. */
async function indexFigures(
  rows: readonly { readonly statement: string }[],
  items: readonly { readonly set: string; readonly id: string; readonly statement: string }[],
  patience: Patience,
): Promise<FigureGroup> {
  const index = new EvaluationIndex(items, settings.words);
  const viewsOf = (): StatementViews[] => rows.map(({ statement }) => new StatementViews(statement));
  const indexed = (): number =>
    viewsOf()
      .flatMap((views) => findContamination(views, rowKeysOf(views, settings.words), index, settings))
      .filter(({ verdict }) => verdict === 'contaminated').length;
  const everything = (): number => {
    let matches = 0;
    for (const views of viewsOf()) {
      const row = new ComparedStatement(views);
      for (const item of index.items)
        if (bestMatch(row, item.compared, settings)?.isMatch === true) matches += 1;
    }
    return matches;
  };
  const works = await measure(
    { indexed: async () => void indexed(), everything: async () => void everything() },
    patience,
  );
  return {
    title: `${rows.length} rows against ${items.length} statements, with the index and without`,
    figures: [
      measured('with the index', 'rows/s', works.indexed, (seconds) => rows.length / seconds),
      measured('without', 'rows/s', works.everything, (seconds) => rows.length / seconds),
      compared('speed with / without', 'ratio', [works.indexed, works.everything], (a, b) => b / a),
    ],
  };
}

interface StepFigures {
  readonly seconds: number;
  readonly peakBytes: number;
  readonly phases: Readonly<Record<string, number>>;
  readonly figures: Readonly<Record<string, number>>;
}

async function largeFigures(
  { data, rows }: DecontaminateBench,
  items: Awaited<ReturnType<typeof evaluationProblems>>,
): Promise<FigureGroup> {
  const directory = await mkdtemp(path.join(tmpdir(), 'qed-bench-decontaminate-'));
  try {
    const input = path.join(directory, 'rows.jsonl');
    const { planted, copies } = await writeCorpus({
      file: input,
      rows,
      seed: 1,
      every: 250,
      statements: items,
    });
    const program = fileURLToPath(new URL('step-program.ts', import.meta.url));
    const request = {
      input,
      directory: path.join(directory, 'out'),
      suites: evaluationFiles(data),
      keepDuplicates: false,
    };
    const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(request)]);
    const { seconds, peakBytes, phases, figures } = JSON.parse(stdout) as StepFigures;
    return {
      title: `${rows.toLocaleString('en')} synthetic problems with ${planted.length} planted and ${copies} copies, from file to files`,
      figures: [
        counted('time', 's', seconds, { atMost: 300 }),
        ...Object.entries(phases).map(([phase, spent]) => counted(`  ${phase}`, 's', spent)),
        counted('rows', 'rows/s', rows / seconds),
        counted('peak of the process, threads and all', 'GB', peakBytes / 1e9, { atMost: 1 }),
        counted(
          'planted rows that left as contaminated',
          'share',
          (figures.contaminated ?? 0) / planted.length,
        ),
        counted('copies that left as duplicates', 'share', (figures.duplicates ?? 0) / copies),
        counted('rows with more candidates than are compared', 'rows', figures.comparedInPart ?? 0),
      ],
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
