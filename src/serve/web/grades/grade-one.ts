/**
 * A proof that somebody looks at, into the folder's open queue, so that it can be graded by hand at once. The queue is made with
 * its first proof, and a proof is in it once.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { proofDigest } from '../../../bench/records.ts';
import { gradingDigest } from '../../../grade/judge-material.ts';
import type { DurableLines } from '../../../journal/durable-lines.ts';
import { createMathematics } from '../../../prove/mathematics.ts';
import { packageVersion } from '../../../recipe/package-version.ts';
import type { NewOne, NewOneReply } from '../../../view/api/grades.ts';
import { gradesDirectory, queueNames, readQueue } from '../../../view/grades/grades-folder.ts';
import {
  gradesFile,
  type Queue,
  type QueueHeader,
  type QueueItem,
  queueFile,
} from '../../../view/grades/queue-file.ts';
import { findProof } from '../../../view/proof/find-proof.ts';
import type { Workplace } from '../../../view/workplace.ts';

const title = 'Proofs graded one by one';

/** Throws a NotFoundError where there is no such proof, and what keeps a line from the disk. */
export async function gradeOne(
  workplace: Workplace,
  lines: DurableLines,
  asked: NewOne,
): Promise<NewOneReply> {
  const found = await findProof(workplace, asked, createMathematics());
  const { problem, proof = null, system, attempt, grades } = found;
  const shown = workplace.run(asked.run).path;
  const digests = { proof: proofDigest(proof ?? undefined), material: gradingDigest(problem) };
  const judges = grades.filter(({ by }) => by === 'judge');
  return await lines.exclusively(async (append) => {
    const queue = openQueue(workplace);
    const name = queue?.name ?? freeName(gradesDirectory(workplace));
    const isSame = (item: QueueItem): boolean =>
      item.page?.run === asked.run &&
      item.page.id === asked.id &&
      item.digests.proof === digests.proof &&
      item.digests.material === digests.material;
    const known = queue?.items.find(isSame);
    if (known !== undefined) return { queue: name, item: known.item };
    if (queue === undefined) await append(queueFile(name), JSON.stringify(headerOf(workplace)));
    const item: QueueItem = {
      item: String((queue?.items.length ?? 0) + 1),
      proof_id: `${shown}#${asked.id}`,
      ...{ problem, proof, system, digests, people: [], page: { run: asked.run, id: asked.id } },
      from: `${shown}, ${problem.id}, attempt ${attempt + 1}`,
      // Their reports stand on the page of the proof.
      judges: judges.map(({ judge, points, cause }) => ({ judge, points, cause, report: null })),
    };
    await append(queueFile(name), JSON.stringify(item));
    return { queue: name, item: item.item };
  });
}

function openQueue(workplace: Workplace): Queue | undefined {
  for (const name of queueNames(workplace)) {
    try {
      const { queue } = readQueue(workplace, name);
      if (queue.header.is_open === true) return queue;
    } catch {
      // A damaged queue is told in the list of queues; it is not this one, or another takes its place.
    }
  }
  return undefined;
}

function freeName(directory: string): string {
  const isTaken = (name: string): boolean =>
    [queueFile(name), gradesFile(name)].some((file) => existsSync(path.join(directory, file)));
  let name = 'one-by-one';
  for (let count = 2; isTaken(name); count += 1) name = `one-by-one-${count}`;
  return name;
}

function headerOf(workplace: Workplace): QueueHeader {
  return {
    ...({ form: 'qed-grading-queue', version: 1, title } as const),
    created_at: new Date(workplace.now()).toISOString(),
    qed: packageVersion(),
    chosen: 'each from its page, by who looked at it; nobody is blind',
    sources: [],
    ...{
      candidates: 0,
      seed: 0,
      shows_systems: true,
      shows_reference: true,
      adjudicates: null,
      is_open: true,
    },
  };
}
