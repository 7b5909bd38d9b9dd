/**
 * A comparison as the browser gets it: reads the attempts of the chosen systems, compares them as `qed compare` does, and lays out
 * systems, pairs, parts and problems. It takes processor time that grows with attempts and systems, so the server has it done in
 * a worker.
 */
import { createHash } from 'node:crypto';
import { compareSystems, type SuiteComparison } from '../../bench/comparison.ts';
import { comparisonJson } from '../../bench/comparison-json.ts';
import { comparisonTables } from '../../bench/comparison-tables.ts';
import { readSystem, type System } from '../../bench/read-system.ts';
import { csvTable } from '../../bench/tables/csv-table.ts';
import { latexTable } from '../../bench/tables/latex-table.ts';
import { markdownTable } from '../../bench/tables/markdown-table.ts';
import type { ComparedProblems, ComparedSuite, ComparedSystems, ComparisonFiles } from '../api/compare.ts';
import { comparedProblems } from './compared-problems.ts';
import { comparedSuite } from './compared-suite.ts';
import type { SystemSource } from './find-systems.ts';
import { readEvaluation } from './read-evaluation.ts';

export interface ComputedComparison {
  readonly comparison: ComparedSystems;
  /** By suite, then page. */
  readonly problems: readonly (readonly ComparedProblems[])[];
  readonly files: ComparisonFiles;
}

/** Throws an Error that names the run which cannot be read. */
export async function computeComparison(sources: readonly SystemSource[]): Promise<ComputedComparison> {
  const sourceOf = new Map<System, SystemSource>();
  for (const source of sources) sourceOf.set(await systemOf(source, sources), source);
  const suites = compareSystems(toldApart([...sourceOf.keys()], sourceOf));
  const pages = suites.map(({ rows }) => comparedProblems(rows, sourceOf));
  return {
    comparison: {
      suites: suites.map((suite, index): ComparedSuite => comparedSuite(suite, pages[index] ?? [], sourceOf)),
    },
    problems: pages,
    files: filesOf(suites),
  };
}

async function systemOf(source: SystemSource, sources: readonly SystemSource[]): Promise<System> {
  if (source.kind === 'recipe') {
    const system = await readEvaluation(source);
    // Checkpoints of several runs have the same names.
    const isOneRun = sources.every(({ kind, path }) => kind !== 'recipe' || path === source.path);
    return isOneRun ? system : { ...system, model: `${lastName(source.path)} ${system.model}` };
  }
  const system = await readSystem(source.directory, source.judge);
  return { ...system, directory: source.path };
}

function lastName(path: string): string {
  return path.split('/').at(-1) ?? path;
}

/**
 * Test problems of recipes have numbers for ids, the same in every run. Where two runs mean different statements by one id,
 * the id gets a piece of the statement's digest, so that nobody compares them as one.
 */
function toldApart(systems: readonly System[], sourceOf: Map<System, SystemSource>): System[] {
  const statements = new Map<string, Set<string>>();
  const made = systems.filter(({ isSummary }) => isSummary);
  for (const { problems, suite } of made) {
    for (const { id, statement } of problems) {
      const key = `${suite.name}\n${id}`;
      statements.set(key, (statements.get(key) ?? new Set()).add(statement));
    }
  }
  return systems.map((system) => {
    if (!system.isSummary) return system;
    const isAmbiguous = ({ id }: System['problems'][number]): boolean =>
      (statements.get(`${system.suite.name}\n${id}`)?.size ?? 0) > 1;
    if (!system.problems.some(isAmbiguous)) return system;
    const renamed: System = {
      ...system,
      problems: system.problems.map((problem) =>
        isAmbiguous(problem)
          ? { ...problem, id: `${problem.id}#${digest(problem.statement)}` as typeof problem.id }
          : problem,
      ),
    };
    const source = sourceOf.get(system);
    if (source !== undefined) sourceOf.set(renamed, source);
    return renamed;
  });
}

function digest(statement: string): string {
  return createHash('sha256').update(statement).digest('hex').slice(0, 6);
}

function filesOf(suites: readonly SuiteComparison[]): ComparisonFiles {
  const tables = comparisonTables(suites);
  return {
    markdown: tables.map(markdownTable).join('\n'),
    latex: tables.map(latexTable).join('\n'),
    csv: tables.map((table) => `# ${table.title}\r\n${csvTable(table)}`).join('\r\n'),
    json: `${JSON.stringify(comparisonJson(suites, false), null, 2)}\n`,
  };
}
