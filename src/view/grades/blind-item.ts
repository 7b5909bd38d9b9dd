/** What a grader sees of a proof: everything that it is graded by, and nothing that says who wrote it or what a judge thought. */

import { checkpointKey } from '../../problems/graded/scheme-marks.ts';
import type { GradingScheme } from '../../problems/problem.ts';
import { markdownToHtml } from '../../prove/markdown-html.ts';
import { createMathematics } from '../../prove/mathematics.ts';
import { Random } from '../../stats/random.ts';
import type { BlindItem, EarlierGrade, SchemeView } from '../api/grades.ts';
import type { SafeHtml } from '../api/safe-html.ts';
import { NotFoundError } from '../not-found-error.ts';
import { safeHtml } from '../safe-html.ts';
import { givenGrade, gradersOf, lastRecords } from './grader-state.ts';
import type { GradedQueue } from './grades-folder.ts';
import type { Queue, QueueItem } from './queue-file.ts';

/** `parent` is the graded queue whose differences this one settles. Throws a NotFoundError. */
export function blindItem({ queue }: GradedQueue, name: string, parent?: GradedQueue): BlindItem {
  const item = itemOf(queue, name);
  const { problem, proof } = item;
  const { shows_reference: showsReference, shows_systems: showsSystems } = queue.header;
  const html = renderer();
  return {
    item: name,
    system: showsSystems ? (neutralSystems(queue).get(item.system) ?? null) : null,
    statement: html(problem.statement),
    solutions: showsReference ? problem.solutions.map(html) : [],
    scheme: problem.scheme === undefined ? null : schemeView(problem.scheme, html),
    guidelines: problem.guidelines === undefined ? null : html(problem.guidelines),
    answer: problem.answer ?? null,
    proof: proof === null ? null : html(proof),
    characters: proof?.length ?? 0,
    before: parent === undefined ? [] : earlierGrades(parent, item.proof_id),
  };
}

export function itemOf(queue: Queue, name: string): QueueItem {
  const item = queue.items.find((one) => one.item === name);
  if (item === undefined)
    throw new NotFoundError(`the queue ${queue.name} has no proof ${name}; it has ${queue.items.length}`);
  return item;
}

/** Real names to neutral ones, in an order that says nothing. */
export function neutralSystems({ items, header, name }: Queue): ReadonlyMap<string, string> {
  const systems = [...new Set(items.map(({ system }) => system))].sort();
  const shuffled = new Random('neutral names', name, header.seed).shuffled(systems);
  return new Map(shuffled.map((system, index) => [system, `System ${letters(index)}`]));
}

export function renderer(): (text: string) => SafeHtml {
  const mathematics = createMathematics();
  return (text) => safeHtml(markdownToHtml(text, mathematics, { headingLevel: 4 }));
}

function letters(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${letters(Math.floor(index / 26) - 1)}${letter}`;
}

function schemeView(scheme: GradingScheme, html: (text: string) => SafeHtml): SchemeView {
  const { checkpoints, chain, alternatives = [], deductions, limits = [], zeroCredit, notes } = scheme;
  const chains = [{ name: chain, checkpoints }, ...alternatives];
  return {
    chains: chains.map(({ name, checkpoints: own }, index) => ({
      name: name ?? null,
      checkpoints: own.map(({ id, points, kind, description }) => ({
        ...{ id, points, key: checkpointKey(index, id), kind: kind ?? null, description: html(description) },
      })),
    })),
    deductions: deductions.map(({ points, cap, description }, index) => ({
      ...{ key: `D${index + 1}`, id: `D${index + 1}`, points, cap: cap ?? null, kind: null },
      description: html(description),
    })),
    limits: limits.map(({ points, description }, index) => ({
      ...{ key: `L${index + 1}`, id: `L${index + 1}`, points, kind: null, description: html(description) },
    })),
    zeroCredit: zeroCredit.map(html),
    notes: notes === undefined ? null : html(notes),
  };
}

function earlierGrades(parent: GradedQueue, proofId: string): EarlierGrade[] {
  const item = parent.queue.items.find((one) => one.proof_id === proofId);
  if (item === undefined) return [];
  const grades = gradersOf(parent).flatMap((grader) => {
    const record = lastRecords(parent, grader).get(item.item);
    const grade = record === undefined ? null : givenGrade(record);
    return grade === null ? [] : [grade];
  });
  // Whose is whose is not told, and the order is not that of the graders.
  return new Random('earlier grades', proofId).shuffled(grades).map(({ points, comment, marks }, index) => ({
    ...{ by: `Grader ${letters(index)}`, points, comment, checkpoints: marks.checkpoints },
  }));
}
