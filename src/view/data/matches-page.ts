/** What decontamination found a row to hold or to equal, side by side, fifty matches a page. */
import { type Match, matchSchema } from '../../curate/decontaminate/matches.ts';
import { createMathematics } from '../../prove/mathematics.ts';
import type { DataMatch, DataMatches } from '../api/data.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { commonPieces } from './common-pieces.ts';
import { lineIndexOf } from './line-index.ts';
import { dataRun, stepPlaces } from './places.ts';
import { rendered } from './render.ts';

export const matchesPageLines = 50;

export const dataMatches: Resource<'data/:run/matches/:step/:page.json'> = {
  async read(workplace, { run, step, page }): Promise<DataMatches> {
    const place = dataRun(workplace, run);
    const file = stepPlaces(place).find(({ name }) => name === step)?.matches;
    if (file === undefined) throw new NotFoundError(`step ${step} of ${place.path} has no matches`);
    const first = (/^\d{1,9}$/.test(page) ? Number(page) : 0) * matchesPageLines + 1;
    const matches: DataMatch[] = [];
    let lines = 0;
    for await (const { number, text } of lineIndexOf(file).lines(first, matchesPageLines + 1)) {
      lines += 1;
      const match = lines <= matchesPageLines ? readMatch(text) : undefined;
      if (match !== undefined) matches.push(viewed(number, match));
    }
    return { matches, isLast: lines <= matchesPageLines };
  },
  async *instances(workplace) {
    for (const { id, kind } of workplace.runs()) {
      if (kind !== 'curation' && kind !== 'data-step') continue;
      for (const { name, matches } of stepPlaces(dataRun(workplace, id))) {
        if (matches === undefined) continue;
        const pages = Math.max(1, Math.ceil((await lineIndexOf(matches).count()) / matchesPageLines));
        for (let page = 0; page < pages; page += 1) yield { run: id, step: name, page: `${page}` };
      }
    }
  },
};

/** Undefined for a line that is none: the others are shown nevertheless. */
function readMatch(text: string): Match | undefined {
  try {
    const parsed = matchSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function viewed(number: number, match: Match): DataMatch {
  const { verdict, row, against, view, measure, score, coverage, numbers = null, passage } = match;
  const mathematics = createMathematics();
  const isRenamed = view === 'variables';
  return {
    ...{ number, verdict, row: row.id, isRenamed, measure, score, coverage, numbers },
    set: 'set' in against ? against.set : null,
    other: 'set' in against ? against.id : against.row,
    passages: passage === undefined ? null : commonPieces(passage.row, passage.other, isRenamed),
    rendered:
      passage === undefined
        ? null
        : { row: rendered(passage.row, mathematics), other: rendered(passage.other, mathematics) },
  };
}
