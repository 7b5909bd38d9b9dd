/**
 * Two passages in pieces: what stands in both, several tokens in a row, and what does not. Tokens are those that statements are
 * compared by, so spacing and fonts make no difference; with variables renamed, any variable equals any other.
 */
import { type Tokens, tokenise } from '../../curate/decontaminate/tex/tokens.ts';
import type { MatchPiece } from '../api/data.ts';

/** Tokens in a row that make a common piece. */
const run = 4;
const anyVariable = '\u0001';

export function commonPieces(
  row: string,
  other: string,
  isRenamed: boolean,
): { readonly row: MatchPiece[]; readonly other: MatchPiece[] } {
  const [own, theirs] = [tokenise(row), tokenise(other)];
  const length = Math.max(1, Math.min(run, own.texts.length, theirs.texts.length));
  const [ownRuns, theirRuns] = [runsOf(own, length, isRenamed), runsOf(theirs, length, isRenamed)];
  return {
    row: piecesOf(row, own, ownRuns, new Set(theirRuns), length),
    other: piecesOf(other, theirs, theirRuns, new Set(ownRuns), length),
  };
}

function runsOf({ texts, kinds }: Tokens, length: number, isRenamed: boolean): string[] {
  const shown = texts.map((text, index) => (isRenamed && kinds[index] === 'variable' ? anyVariable : text));
  return Array.from({ length: Math.max(0, shown.length - length + 1) }, (_, first) =>
    shown.slice(first, first + length).join(' '),
  );
}

function piecesOf(
  text: string,
  { starts, ends }: Tokens,
  runs: readonly string[],
  common: ReadonlySet<string>,
  length: number,
): MatchPiece[] {
  const isCommon = new Array<boolean>(starts.length).fill(false);
  runs.forEach((gram, first) => {
    if (common.has(gram)) isCommon.fill(true, first, first + length);
  });
  const pieces: MatchPiece[] = [];
  let at = 0;
  const push = (end: number, isShared: boolean): void => {
    if (end <= at) return;
    pieces.push({ text: text.slice(at, end).toWellFormed(), isCommon: isShared });
    at = end;
  };
  let index = 0;
  while (index < starts.length) {
    if (!isCommon[index]) {
      index += 1;
      continue;
    }
    let last = index;
    while (isCommon[last + 1]) last += 1;
    push(starts[index] ?? at, false);
    // Delimiters between two common tokens belong to the piece.
    push(ends[last] ?? at, true);
    index = last + 1;
  }
  push(text.length, false);
  return pieces;
}
