/**
 * Where proofs can be taken from: what runs of the folder have, and its files of proofs. A source is named by its kind, its run and
 * the part of the run.
 */

import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { GradeSource, SourceList } from '../api/grades.ts';
import { NotFoundError } from '../not-found-error.ts';
import { systemOfFile } from '../proof/identity-file.ts';
import type { Resource } from '../resource.ts';
import type { RunPlace, Workplace } from '../workplace.ts';
import { benchCandidates } from './bench-candidates.ts';
import type { Candidate } from './candidate.ts';
import { fileCandidates } from './file-candidates.ts';
import { proveCandidates } from './prove-candidates.ts';
import { evaluationCandidates, lastSteps, rolloutCandidates } from './recipe-candidates.ts';

export const sourceList: Resource<'grades/sources.json'> = {
  read: async (workplace): Promise<SourceList> => {
    const ofRuns = await Promise.all(
      workplace.runs().map(async (run) => {
        try {
          return await sourcesOf(workplace, run);
        } catch {
          // A damaged run has nothing to grade; the list of runs says what is wrong with it.
          return [];
        }
      }),
    );
    return { sources: [...ofRuns.flat(), ...filesOf(workplace)] };
  },
  instances: (workplace) => (workplace.isStatic ? [] : [{}]),
};

/** Throws a NotFoundError for a source that is none. */
export async function candidatesOf(workplace: Workplace, source: string): Promise<Candidate[]> {
  const [, kind, run = '', part = ''] = /^([a-z]+):([^:]*)(?::(.*))?$/s.exec(source) ?? [];
  if (kind === 'bench') return await benchCandidates(workplace, run);
  if (kind === 'prove') return await proveCandidates(workplace, run);
  if (kind === 'evaluation') return await evaluationCandidates(workplace, run, part);
  if (kind === 'rollouts') return await rolloutCandidates(workplace, run, part);
  const file = filesOf(workplace).find((one) => one.source === source);
  if (file === undefined) throw new NotFoundError(`${source}: there is no such source of proofs`);
  return await fileCandidates(workplace, file.title);
}

async function sourcesOf(
  workplace: Workplace,
  { id, path: shown, kind, directory }: RunPlace,
): Promise<GradeSource[]> {
  if (kind === 'bench' || kind === 'prove') {
    const detail = systemOfFile(directory, kind === 'bench' ? 'bench.json' : 'prove.json').name;
    return [{ source: `${kind}:${id}`, kind, title: shown, detail }];
  }
  if (kind !== 'recipe' || !workplace.hasJournal(id)) return [];
  return await workplace.journal(id, async (journal) => {
    const sources: GradeSource[] = [];
    for await (const { key } of journal.values('evaluation')) {
      sources.push({
        ...{ source: `evaluation:${id}:${key}`, kind: 'evaluation', title: shown },
        detail: `evaluation of ${key.replace('/', ', ')}: the first attempt at each test problem`,
      });
    }
    const streams = journal.streams();
    for (const stage of ['rl', 'rc']) {
      if (!streams.includes(`${stage}/batch`)) continue;
      sources.push({
        ...{ source: `rollouts:${id}:${stage}`, kind: 'rollouts', title: shown },
        detail: `rollouts of the last ${lastSteps} steps of ${stage}`,
      });
    }
    return sources;
  });
}

const extensions = ['.jsonl', '.csv', '.parquet'];
const deepest = 3;
const mostFiles = 500;
const passedOver = new Set(['node_modules', 'blobs', 'checkpoints', 'data', 'human-grades']);

/** Tables below the folder that may hold proofs; what is in them is known when they are opened. */
function filesOf(workplace: Workplace): GradeSource[] {
  const runs = new Set(workplace.runs().map((run) => run.directory));
  const found: GradeSource[] = [];
  const visit = (below: string, depth: number): void => {
    for (const entry of entriesIn(path.join(workplace.root, below))) {
      const shown = below === '' ? entry.name : `${below}/${entry.name}`;
      const isHidden = entry.name.startsWith('.');
      if (entry.isDirectory() && !isHidden && depth < deepest && !passedOver.has(entry.name)) {
        if (!runs.has(path.join(workplace.root, shown))) visit(shown, depth + 1);
      } else if (
        entry.isFile() &&
        !isHidden &&
        extensions.includes(path.extname(entry.name)) &&
        found.length < mostFiles
      ) {
        found.push({ source: `file::${shown}`, kind: 'file', title: shown, detail: 'a file of proofs' });
      }
    }
  };
  visit('', 0);
  return found;
}

function entriesIn(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
