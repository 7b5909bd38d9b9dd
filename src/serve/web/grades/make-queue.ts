/**
 * Makes queues: of chosen sources, and of what another queue leaves to be settled. The file is written whole or not at all, under
 * a name that no queue has.
 */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { proofDigest } from '../../../bench/records.ts';
import { gradingDigest } from '../../../grade/judge-material.ts';
import { writeFileAtomic } from '../../../journal/atomic-file.ts';
import { packageVersion } from '../../../recipe/package-version.ts';
import type { NewQueue, NewQueueReply } from '../../../view/api/grades.ts';
import type { Candidate } from '../../../view/grades/candidate.ts';
import { choiceText, chooseCandidates } from '../../../view/grades/choose-candidates.ts';
import { adjudicable, finalGrades, settlingQueues } from '../../../view/grades/final-grades.ts';
import { isBlind } from '../../../view/grades/grader-state.ts';
import { gradesDirectory, readQueue } from '../../../view/grades/grades-folder.ts';
import { gradesFile, type QueueHeader, type QueueItem, queueFile } from '../../../view/grades/queue-file.ts';
import { candidatesOf } from '../../../view/grades/sources.ts';
import type { Workplace } from '../../../view/workplace.ts';
import { ApiError, invalidRequest } from '../../api-error.ts';

/** More than this nobody grades, and the file would be beyond reason. */
const mostItems = 5000;

/** Throws an ApiError of 400 where nothing is left to grade, and what the sources' readers throw. */
export async function makeQueue(workplace: Workplace, asked: NewQueue): Promise<NewQueueReply> {
  const byId = new Map<string, Candidate>();
  for (const source of asked.sources) {
    for (const candidate of await candidatesOf(workplace, source)) byId.set(candidate.id, candidate);
  }
  if (byId.size === 0) throw invalidRequest('sources', 'there is no proof in what was chosen');
  const chosen = chooseCandidates([...byId.values()], asked);
  if (chosen.length === 0) {
    throw invalidRequest('choose', `of ${byId.size} proofs none is chosen: ${choiceText(asked)}`);
  }
  if (chosen.length > mostItems) {
    throw invalidRequest(
      'limit',
      `${chosen.length} proofs are chosen; a queue has at most ${mostItems}, so set a limit`,
    );
  }
  const items: QueueItem[] = [];
  for (const [index, candidate] of chosen.entries()) items.push(await itemFrom(candidate, index));
  return await write(workplace, items, {
    ...headerOf(workplace, asked.title),
    chosen: `${choiceText(asked)}; ${chosen.length} of ${byId.size} proofs`,
    sources: [...asked.sources],
    candidates: byId.size,
    seed: asked.seed,
    shows_systems: asked.showsSystems,
    shows_reference: asked.showsReference,
    adjudicates: null,
  });
}

/** What people differ on by more than a point, and what a judge could not be read on. */
export async function makeAdjudication(
  workplace: Workplace,
  of: string,
  grader: string,
): Promise<NewQueueReply> {
  const graded = readQueue(workplace, of);
  if (isBlind(graded, grader)) {
    throw new ApiError(
      `${grader} has not finished the queue ${of}, and would learn from this what others gave`,
      {
        ...{ status: 403, type: 'permission_error', code: 'blind' },
      },
    );
  }
  const finals = adjudicable(finalGrades(graded, settlingQueues(workplace, of)));
  if (finals.length === 0) {
    throw invalidRequest(
      'of',
      'there is nothing to settle: nobody differs by more than a point, and every judge could be read',
    );
  }
  const { header } = graded.queue;
  return await write(
    workplace,
    finals.map(({ item }, index) => ({ ...item, item: String(index + 1) })),
    {
      ...headerOf(workplace, `${header.title}: settling`),
      chosen: `where two people differ by more than a point, or a judge came to no grade; ${finals.length} of ${graded.queue.items.length} proofs`,
      sources: [],
      candidates: graded.queue.items.length,
      seed: header.seed,
      shows_systems: false,
      shows_reference: header.shows_reference,
      adjudicates: of,
    },
  );
}

async function itemFrom(
  { id, problem, system, from, judges, people, read }: Candidate,
  index: number,
): Promise<QueueItem> {
  const { proof, reports } = await read();
  return {
    ...{ item: String(index + 1), proof_id: id, problem, proof, system, from, people: [...people] },
    digests: { proof: proofDigest(proof ?? undefined), material: gradingDigest(problem) },
    judges: judges.map((judge, at) => ({ ...judge, report: reports[at] ?? null })),
  };
}

function headerOf(workplace: Workplace, title: string) {
  return {
    ...({ form: 'qed-grading-queue', version: 1, title } as const),
    created_at: new Date(workplace.now()).toISOString(),
    qed: packageVersion(),
  };
}

async function write(
  workplace: Workplace,
  items: readonly QueueItem[],
  header: QueueHeader,
): Promise<NewQueueReply> {
  const directory = gradesDirectory(workplace);
  mkdirSync(directory, { recursive: true });
  const name = freeName(directory, header.title);
  const lines = [header, ...items].map((line) => `${JSON.stringify(line)}\n`);
  await writeFileAtomic(path.join(directory, queueFile(name)), lines.join(''));
  return { queue: name, items: items.length };
}

function freeName(directory: string, title: string): string {
  const slug =
    title
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 48)
      .replace(/-+$/, '') || 'queue';
  const isTaken = (name: string): boolean =>
    [queueFile(name), gradesFile(name)].some((file) => existsSync(path.join(directory, file)));
  let name = slug;
  for (let count = 2; isTaken(name); count += 1) name = `${slug}-${count}`;
  return name;
}
