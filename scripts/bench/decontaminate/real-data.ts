/** The data sets that the benchmark reads, where they are; none of them is part of the package. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DataRow } from '../../../src/curate/data-row.ts';
import type { EvaluationItem } from '../../../src/curate/decontaminate/evaluation-index.ts';
import { runImport } from '../../../src/curate/source/run-import.ts';
import { parseSourceSpec } from '../../../src/curate/source/source-spec.ts';
import { readDataRows } from '../../../src/curate/step-files.ts';
import { openSuite } from '../../../src/problems/suites/open-suite.ts';

export function evaluationFiles(data: string): string[] {
  return ['proofbench_v2.csv', 'answerbench_v2.csv'].map((name) => path.join(data, 'imo-bench', name));
}

export async function evaluationProblems(data: string): Promise<EvaluationItem[]> {
  const items: EvaluationItem[] = [];
  for (const file of evaluationFiles(data)) items.push(...(await itemsOf(file)));
  return items;
}

/** Statements of the first version of AnswerBench, of which some were changed since. */
export async function earlierAnswerBench(data: string): Promise<EvaluationItem[]> {
  return await itemsOf(path.join(data, 'imo-bench', 'answerbench.csv'));
}

async function itemsOf(file: string): Promise<EvaluationItem[]> {
  const { name, problems } = await openSuite(file);
  return problems.map(({ id, statement }) => ({ set: name, id, statement }));
}

/** Rows of four corpora, as `qed data import` makes them. */
export async function naturalRows(data: string): Promise<DataRow[]> {
  const rows: DataRow[] = [];
  for (const source of ['harp', 'olympiadbench', 'omni-math-rule', 'national-olympiads-bank']) {
    const directory = await mkdtemp(path.join(tmpdir(), 'qed-bench-import-'));
    try {
      await runImport({
        ...{ sources: [parseSourceSpec(source)], directory, from: path.join(data, source), limit: undefined },
        ...{ revisions: {}, environment: process.env },
      });
      for await (const { item } of readDataRows(directory)) rows.push(item);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
  return rows;
}
