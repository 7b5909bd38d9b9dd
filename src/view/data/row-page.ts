/** One row to read: statement, solutions and scheme with their mathematics, why it left, and the piece that gave the reason marked. */
import type { DataRow, DroppedRow } from '../../curate/data-row.ts';
import { filterRules } from '../../curate/filter/rules.ts';
import { createMathematics, type Mathematics } from '../../prove/mathematics.ts';
import type { DataProblemRow, DataRowPage, DataScheme, DataTextRow } from '../api/data.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { findEvidence } from './evidence.ts';
import { allParts, indexPageLines, mostExported } from './index-page.ts';
import { lineIndexOf } from './line-index.ts';
import { partOf } from './places.ts';
import { readRow, type TextRow } from './read-row.ts';
import { rendered } from './render.ts';

const longestDamaged = 2_000;

export const dataRowPage: Resource<'data/:run/parts/:part/rows/:line.json'> = {
  async read(workplace, { run, part, line }): Promise<DataRowPage> {
    const { file, name } = partOf(workplace, run, part);
    const wanted = /^[1-9]\d{0,9}$/.test(line) ? Number(line) : 0;
    for await (const { number, text } of lineIndexOf(file).lines(Math.max(1, wanted), 1)) {
      if (number === wanted) return rowPage(number, text);
    }
    throw new NotFoundError(`${name} has no line ${line}`);
  },
  async *instances(workplace) {
    for (const { run, part } of await allParts(workplace)) {
      const { file } = partOf(workplace, run, part);
      for await (const { number } of lineIndexOf(file).lines(1, indexPageLines * mostExported)) {
        yield { run, part, line: `${number}` };
      }
    }
  },
};

function rowPage(line: number, text: string): DataRowPage {
  const mathematics = createMathematics();
  const read = readRow(text);
  switch (read.kind) {
    case 'problem':
      return problemRow(line, read.row, read.dropped, mathematics);
    case 'text':
      return textRow(line, read.row, mathematics);
    case 'sample': {
      const { problem, sample, reason, detail, tokens } = read.row;
      return {
        ...{ kind: 'sample', line, id: problem, reason, detail },
        facts: factsOf({ sample, tokens }),
      };
    }
    default:
      return {
        kind: 'damaged',
        line,
        reason: read.reason,
        text: text.slice(0, longestDamaged).toWellFormed(),
      };
  }
}

const titles = new Map(filterRules.map(({ reason, title }) => [reason, title]));

function problemRow(
  line: number,
  row: DataRow,
  dropped: DroppedRow | undefined,
  mathematics: Mathematics,
): DataProblemRow {
  const inStatement = dropped && findEvidence(row.statement, dropped.detail);
  const inSolutions = row.solutions.map((solution) =>
    dropped === undefined || inStatement !== undefined ? undefined : findEvidence(solution, dropped.detail),
  );
  const { origin, licence, source, tags, answer, difficulty, review, schemeBy } = row;
  return {
    ...{ kind: 'problem', line, id: row.id },
    facts: factsOf({
      ...tags,
      answer,
      source: origin?.source ?? source,
      file: origin?.file,
      'row of the source': origin?.row,
      licence,
    }),
    dropped:
      dropped === undefined
        ? null
        : {
            ...{ reason: dropped.reason, title: titles.get(dropped.reason) ?? '', detail: dropped.detail },
            isMarked: inStatement !== undefined || inSolutions.some((span) => span !== undefined),
          },
    statement: rendered(row.statement, mathematics, inStatement),
    solutions: row.solutions.map((solution, index) => rendered(solution, mathematics, inSolutions[index])),
    comments: (row.comments ?? []).map((comment) => rendered(comment, mathematics)),
    scheme: row.scheme === undefined ? null : schemeOf(row.scheme, schemeBy?.model ?? null, mathematics),
    guidelines: row.guidelines === undefined ? null : rendered(row.guidelines, mathematics),
    difficulty:
      difficulty === undefined
        ? null
        : {
            ...{ model: difficulty.model, judge: difficulty.judge, attempts: difficulty.attempts },
            ...{ ungraded: difficulty.ungraded, meanReward: difficulty.meanReward },
            ...{ interval: difficulty.interval, solved: difficulty.solved ?? null },
            points: difficulty.points ?? [],
          },
    review:
      review === undefined
        ? null
        : { model: review.model, difficulty: review.difficulty, computational: review.computational },
  };
}

function schemeOf(
  scheme: NonNullable<DataRow['scheme']>,
  by: string | null,
  mathematics: Mathematics,
): DataScheme {
  const { checkpoints, chain = '', alternatives = [], zeroCredit, deductions, limits = [], notes } = scheme;
  return {
    by,
    chains: [{ name: chain, checkpoints }, ...alternatives].map(({ name, checkpoints: own }) => ({
      name,
      checkpoints: own.map(({ id, points, kind = null, description }) => ({
        ...{ id, points, kind, description: rendered(description, mathematics) },
      })),
    })),
    zeroCredit: zeroCredit.map((text) => rendered(text, mathematics)),
    deductions: deductions.map(({ points, cap = null, description }) => ({
      ...{ points, cap, description: rendered(description, mathematics) },
    })),
    limits: limits.map(({ points, description }) => ({
      points,
      description: rendered(description, mathematics),
    })),
    notes: notes === undefined ? null : rendered(notes, mathematics),
  };
}

function textRow(line: number, row: TextRow, mathematics: Mathematics): DataTextRow {
  const { messages, task, source, tags = {}, ...others } = row;
  const plain = Object.entries({ ...tags, ...others }).filter(
    ([name, value]) =>
      !['problem', 'proof', 'reasoning_content', 'chat_template_sha256'].includes(name) &&
      ['string', 'number', 'boolean'].includes(typeof value),
  );
  return {
    ...{ kind: 'text', line },
    id: typeof tags.problem === 'string' ? tags.problem : `line ${line}`,
    facts: factsOf({ task, source, ...Object.fromEntries(plain) }),
    messages: messages.map(({ role, content }) => ({ role, content: rendered(content, mathematics) })),
  };
}

function factsOf(facts: Readonly<Record<string, unknown>>): { name: string; value: string }[] {
  return Object.entries(facts).flatMap(([name, value]) =>
    value === undefined || value === null || value === ''
      ? []
      : [{ name, value: String(value).slice(0, 300).toWellFormed() }],
  );
}
