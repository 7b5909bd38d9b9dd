/** Rows of a file by what one looks them through by, five hundred lines a page. A line that cannot be read is one of them. */
import { sourceOf } from '../../curate/step-files.ts';
import type { DataIndexPage, DataIndexRow } from '../api/data.ts';
import type { Resource } from '../resource.ts';
import type { Workplace } from '../workplace.ts';
import { lineIndexOf } from './line-index.ts';
import { dataRun, partOf, recipeParts, stepPlaces } from './places.ts';
import { readRow } from './read-row.ts';

export const indexPageLines = 500;
const excerptLength = 140;
/** Pages that the static site has of each file. */
export const mostExported = 2;

export const dataIndexPage: Resource<'data/:run/parts/:part/index/:page.json'> = {
  async read(workplace, { run, part, page }): Promise<DataIndexPage> {
    const { file } = partOf(workplace, run, part);
    const firstLine = pageNumber(page) * indexPageLines + 1;
    const rows: DataIndexRow[] = [];
    let lines = 0;
    for await (const { number, text } of lineIndexOf(file).lines(firstLine, indexPageLines + 1)) {
      lines += 1;
      if (lines <= indexPageLines && text.trim() !== '') rows.push(indexRow(number, text));
    }
    return { firstLine, rows, isLast: lines <= indexPageLines };
  },
  async *instances(workplace) {
    for (const { run, part } of await allParts(workplace)) {
      for (let page = 0; page < mostExported; page += 1) yield { run, part, page: `${page}` };
    }
  },
};

function pageNumber(page: string): number {
  return /^\d{1,9}$/.test(page) ? Number(page) : 0;
}

/** Every file of rows below the folder. */
export async function allParts(workplace: Workplace): Promise<{ run: string; part: string }[]> {
  return workplace.runs().flatMap(({ id, kind }) => {
    if (kind !== 'curation' && kind !== 'data-step' && kind !== 'recipe') return [];
    const place = dataRun(workplace, id);
    const parts = [...stepPlaces(place).flatMap((step) => step.parts), ...recipeParts(place)];
    return parts.map(({ name }) => ({ run: id, part: name }));
  });
}

function indexRow(line: number, text: string): DataIndexRow {
  const read = readRow(text);
  const nothing = { line, source: '', reason: '', meanReward: null };
  switch (read.kind) {
    case 'problem': {
      const { row, dropped } = read;
      return {
        ...{ line, id: row.id, source: sourceOf(row), reason: dropped?.reason ?? '' },
        excerpt: excerptOf(row.statement),
        meanReward: row.difficulty?.meanReward ?? null,
      };
    }
    case 'text': {
      const { messages, task = '', source = '', tags } = read.row;
      const id = typeof tags?.problem === 'string' ? tags.problem : `line ${line}`;
      return { ...nothing, id, source, reason: task, excerpt: excerptOf(messages[0]?.content ?? '') };
    }
    case 'sample': {
      const { problem, sample, reason, detail } = read.row;
      return { ...nothing, id: `${problem}, sample ${sample}`, reason, excerpt: excerptOf(detail) };
    }
    default:
      return { ...nothing, id: `line ${line}`, reason: 'damaged', excerpt: excerptOf(read.reason) };
  }
}

export function excerptOf(text: string): string {
  return text
    .slice(0, 4 * excerptLength)
    .replaceAll(/\s+/g, ' ')
    .slice(0, excerptLength)
    .toWellFormed();
}
