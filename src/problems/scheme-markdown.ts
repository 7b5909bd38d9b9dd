/**
 * A grading scheme as Markdown, for people and for judges, and back: what is written here reads back to the same
 * scheme. A text that is not of this form is refused with what was expected, never half understood.
 */
import { type Checkpoint, type GradingScheme, gradingSchemeSchema } from './problem.ts';

const CHECKPOINTS = '## Checkpoints';
const ALTERNATIVE = '## Alternative checkpoints';
const ZERO_CREDIT = '## No credit';
const DEDUCTIONS = '## Deductions';
const LIMITS = '## Limits';
const NOTES = '## Notes';
const headings = [CHECKPOINTS, ALTERNATIVE, ZERO_CREDIT, DEDUCTIONS, LIMITS];
const total = '(7 points in all)';

/** Stands under the heading of each alternative: a judge must not need to know how we score. */
const ONE_CHAIN =
  'Another way to a proof. Only one chain of checkpoints counts, the one that earns most; points of two chains are never added.';

/** Headings for the parts that the scheme has; one list item for each checkpoint, rule, deduction and limit. */
export function schemeToMarkdown(scheme: GradingScheme): string {
  const { checkpoints, chain, alternatives = [], zeroCredit, deductions, limits = [], notes } = scheme;
  const list = (heading: string, items: readonly string[]): string[] =>
    items.length === 0 ? [] : [`${heading}\n\n${items.map(listItem).join('\n')}`];
  const named = (heading: string, name: string | undefined): string =>
    `${heading}${name === undefined ? '' : `: ${name.replaceAll(/\s+/g, ' ')}`} ${total}`;
  return [
    ...list(named(CHECKPOINTS, chain), checkpoints.map(checkpointText)),
    ...alternatives.flatMap((one) =>
      list(`${named(ALTERNATIVE, one.name)}\n\n${ONE_CHAIN}`, one.checkpoints.map(checkpointText)),
    ),
    ...list(ZERO_CREDIT, zeroCredit),
    ...list(
      DEDUCTIONS,
      deductions.map(({ points, cap, description }, index) => {
        const most = cap === undefined ? '' : `, at most ${cap} in all`;
        return `**${deductionName(index)}** (minus ${counted(points)}${most}): ${description}`;
      }),
    ),
    ...list(
      LIMITS,
      limits.map(
        ({ points, description }, index) =>
          `**${limitName(index)}** (at most ${counted(points)} for the proof): ${description}`,
      ),
    ),
    ...(notes === undefined ? [] : [`${NOTES}\n\n${notes}`]),
  ].join('\n\n');
}

/** Deductions have no ids of their own; in the text, and in what a judge says of it, they are D1, D2 and so on. */
export function deductionName(index: number): string {
  return `D${index + 1}`;
}

function limitName(index: number): string {
  return `L${index + 1}`;
}

function checkpointText({ id, points, kind, description }: Checkpoint): string {
  return `**${id}** (${counted(points)}${kind === undefined ? '' : `, ${kind}`}): ${description}`;
}

/** Reads what `schemeToMarkdown` writes. Throws an Error that names the part and what was expected there. */
export function schemeFromMarkdown(markdown: string): GradingScheme {
  const text = markdown.replaceAll('\r\n', '\n').trim();
  // Notes come last and may hold headings of their own.
  const notesAt = text.search(new RegExp(`^${NOTES}$`, 'm'));
  const notes = notesAt === -1 ? undefined : text.slice(notesAt + NOTES.length).trim();
  const parts = (notesAt === -1 ? text : text.slice(0, notesAt)).split(/^(?=## )/m);
  const found = new Map<string, string[]>();
  const alternatives: { name: string; checkpoints: Checkpoint[] }[] = [];
  let chain: string | undefined;
  for (const part of parts.map((one) => one.trim()).filter((one) => one !== '')) {
    const [heading = '', ...lines] = part.split('\n');
    const name = headings.find((one) => heading.startsWith(one));
    if (name === undefined || found.has(name)) {
      throw new Error(
        `a grading scheme has the headings ${[...headings, NOTES].join(', ')}, each at most once but for alternatives; found ${JSON.stringify(heading.slice(0, 60))}`,
      );
    }
    const body = lines.join('\n').trim();
    if (name === ALTERNATIVE) {
      const idea = chainName(heading, name);
      if (idea === undefined) throw expected('alternative checkpoints', `${name}: name ${total}`, heading);
      const items = listItems(body.startsWith(ONE_CHAIN) ? body.slice(ONE_CHAIN.length).trim() : body, name);
      alternatives.push({ name: idea, checkpoints: items.map(checkpointOf) });
      continue;
    }
    if (name === CHECKPOINTS) chain = chainName(heading, name);
    found.set(name, listItems(body, name));
  }
  const deductions = (found.get(DEDUCTIONS) ?? []).map((item) => {
    const [, points, cap, description] =
      /^\*\*D\d+\*\* \(minus (\d+(?:\.\d+)?) points?(?:, at most (\d+(?:\.\d+)?) in all)?\): ([\s\S]+)$/.exec(
        item,
      ) ?? [];
    if (points === undefined) throw expected('deduction', '**D1** (minus 1 point): description', item);
    return { points: Number(points), ...(cap === undefined ? {} : { cap: Number(cap) }), description };
  });
  const limits = (found.get(LIMITS) ?? []).map((item) => {
    const [, points, description] =
      /^\*\*L\d+\*\* \(at most (\d+(?:\.\d+)?) points? for the proof\): ([\s\S]+)$/.exec(item) ?? [];
    if (points === undefined)
      throw expected('limit', '**L1** (at most 5 points for the proof): description', item);
    return { points: Number(points), description };
  });
  return gradingSchemeSchema.parse({
    checkpoints: (found.get(CHECKPOINTS) ?? []).map(checkpointOf),
    ...{ zeroCredit: found.get(ZERO_CREDIT) ?? [], deductions },
    ...(chain === undefined ? {} : { chain }),
    ...(alternatives.length === 0 ? {} : { alternatives }),
    ...(limits.length === 0 ? {} : { limits }),
    ...(notes === undefined ? {} : { notes }),
  });
}

/** The name in `## Checkpoints: NAME (7 points in all)`. */
function chainName(heading: string, name: string): string | undefined {
  if (!heading.endsWith(` ${total}`))
    throw new Error(`checkpoints: expected "${name} ${total}", found ${JSON.stringify(heading)}`);
  const between = heading.slice(name.length, -total.length - 1);
  return between.startsWith(': ') ? between.slice(2) : undefined;
}

function checkpointOf(item: string): Checkpoint {
  const [, id, points, kind, description = ''] =
    /^\*\*(.+?)\*\* \((\d+(?:\.\d+)?) points?(?:, (main|routine))?\): ([\s\S]+)$/.exec(item) ?? [];
  if (id === undefined) throw expected('checkpoint', '**ID** (3 points): description', item);
  return {
    ...{ id, points: Number(points) },
    ...(kind === 'main' || kind === 'routine' ? { kind } : {}),
    description,
  };
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
