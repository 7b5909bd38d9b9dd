/**
 * A grading scheme as Markdown, for people and for judges, and back: what is written here reads back to the same
 * scheme. A text that is not of this form is refused with what was expected, never half understood.
 */
import { type GradingScheme, gradingSchemeSchema } from './problem.ts';

const CHECKPOINTS = '## Checkpoints';
const ZERO_CREDIT = '## No credit';
const DEDUCTIONS = '## Deductions';
const NOTES = '## Notes';

/** Headings for the parts that the scheme has; one list item for each checkpoint, rule and deduction. */
export function schemeToMarkdown(scheme: GradingScheme): string {
  const { maximumPoints, checkpoints, zeroCredit, deductions, notes } = scheme;
  const list = (heading: string, items: readonly string[]): string[] =>
    items.length === 0 ? [] : [`${heading}\n\n${items.map(listItem).join('\n')}`];
  return [
    ...list(
      `${CHECKPOINTS} (${maximumPoints} points in all)`,
      checkpoints.map(({ id, points, description }) => `**${id}** (${counted(points)}): ${description}`),
    ),
    ...list(ZERO_CREDIT, zeroCredit),
    ...list(
      DEDUCTIONS,
      deductions.map(({ points, cap, description }, index) => {
        const most = cap === undefined ? '' : `, at most ${cap} in all`;
        return `**${deductionName(index)}** (minus ${counted(points)}${most}): ${description}`;
      }),
    ),
    ...(notes === undefined ? [] : [`${NOTES}\n\n${notes}`]),
  ].join('\n\n');
}

/** Deductions have no ids of their own; in the text, and in what a judge says of it, they are D1, D2 and so on. */
export function deductionName(index: number): string {
  return `D${index + 1}`;
}

/** Reads what `schemeToMarkdown` writes. Throws an Error that names the part and what was expected there. */
export function schemeFromMarkdown(markdown: string): GradingScheme {
  const text = markdown.replaceAll('\r\n', '\n').trim();
  // Notes come last and may hold headings of their own.
  const notesAt = text.search(new RegExp(`^${NOTES}$`, 'm'));
  const notes = notesAt === -1 ? undefined : text.slice(notesAt + NOTES.length).trim();
  const parts = (notesAt === -1 ? text : text.slice(0, notesAt)).split(/^(?=## )/m);
  const found = new Map<string, string[]>();
  for (const part of parts.map((one) => one.trim()).filter((one) => one !== '')) {
    const [heading = '', ...lines] = part.split('\n');
    const name = [CHECKPOINTS, ZERO_CREDIT, DEDUCTIONS].find((one) => heading.startsWith(one));
    if (name === undefined || found.has(name)) {
      throw new Error(
        `a grading scheme has the headings ${CHECKPOINTS}, ${ZERO_CREDIT}, ${DEDUCTIONS} and ${NOTES}, each at most once; found ${JSON.stringify(heading.slice(0, 60))}`,
      );
    }
    if (name === CHECKPOINTS && !/ \(7 points in all\)$/.test(heading)) {
      throw new Error(
        `checkpoints: expected "${CHECKPOINTS} (7 points in all)", found ${JSON.stringify(heading)}`,
      );
    }
    found.set(name, listItems(lines.join('\n').trim(), name));
  }
  const checkpoints = (found.get(CHECKPOINTS) ?? []).map((item) => {
    const [, id, points, description] =
      /^\*\*(.+?)\*\* \((\d+(?:\.\d+)?) points?\): ([\s\S]+)$/.exec(item) ?? [];
    if (id === undefined) throw expected('checkpoint', '**ID** (3 points): description', item);
    return { id, points: Number(points), description };
  });
  const deductions = (found.get(DEDUCTIONS) ?? []).map((item) => {
    const [, points, cap, description] =
      /^\*\*D\d+\*\* \(minus (\d+(?:\.\d+)?) points?(?:, at most (\d+(?:\.\d+)?) in all)?\): ([\s\S]+)$/.exec(
        item,
      ) ?? [];
    if (points === undefined) throw expected('deduction', '**D1** (minus 1 point): description', item);
    return { points: Number(points), ...(cap === undefined ? {} : { cap: Number(cap) }), description };
  });
  const zeroCredit = found.get(ZERO_CREDIT) ?? [];
  return gradingSchemeSchema.parse({
    ...{ checkpoints, zeroCredit, deductions },
    ...(notes === undefined ? {} : { notes }),
  });
}

function counted(points: number): string {
  return `${points} ${points === 1 ? 'point' : 'points'}`;
}

/** Further lines of an item are indented, so that they cannot look like the next item or a heading. */
function listItem(text: string): string {
  return `- ${text.replaceAll('\n', '\n  ')}`;
}

function listItems(text: string, name: string): string[] {
  if (text === '') return [];
  if (!text.startsWith('- ')) throw expected(name.slice(3).toLowerCase(), '- item', text);
  return text
    .slice(2)
    .split(/\n- /)
    .map((item) =>
      item
        .split('\n')
        .map((line, index) => {
          if (index === 0 || line === '') return line;
          if (!line.startsWith('  ')) throw expected(name.slice(3).toLowerCase(), 'an indented line', line);
          return line.slice(2);
        })
        .join('\n'),
    );
}

function expected(what: string, form: string, item: string): Error {
  return new Error(`${what}: expected "${form}", found ${JSON.stringify(item.slice(0, 60))}`);
}
