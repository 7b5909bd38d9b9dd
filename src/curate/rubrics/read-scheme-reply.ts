/**
 * The grading scheme in a model's reply: items in tags, which models write reliably with TeX in them; in JSON a lost
 * backslash turns `\frac` and `\nu` into control characters, silently. Read tolerantly (attributes in any order and
 * quotes, other words for main and routine, entities), checked strictly. Only the last scheme counts, and only as far as
 * the model speaks for itself (FENCED-CANDIDATE, last-verdict.ts).
 */
import { lastVerdict } from '../../grade/last-verdict.ts';
import type { Reply } from '../../model/chat-model.ts';
import { type Checkpoint, type GradingScheme, gradingSchemeSchema } from '../../problems/problem.ts';
import { schemeFaults } from '../../problems/schemes/check-scheme.ts';

export type SchemeReplyReading =
  | { readonly ok: true; readonly value: GradingScheme }
  | {
      readonly ok: false;
      /** A scheme was found but does not hold together. */
      readonly isFaulty: boolean;
      readonly complaint: string;
    };

const tags = ['chain', 'checkpoint', 'zero', 'deduction', 'limit'];
const attributes = String.raw`(?:\s+[a-z_]+\s*=\s*(?:"[^"]*"|'[^']*'|“[^”]*”|[^\s"'<>]+))*\s*`;
const openTag = new RegExp(`<(${tags.join('|')})(${attributes})>`, 'gi');
const anyTag = new RegExp(`<(/?)(${tags.join('|')})\\b`, 'gi');

interface Element {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly content: string;
}

export function readSchemeReply(reply: Pick<Reply, 'answer' | 'finish'>): SchemeReplyReading {
  const found = lastVerdict(reply, 'scheme', 'scheme');
  if (!found.ok) return { ok: false, isFaulty: false, complaint: found.complaint };
  try {
    const scheme = schemeOf(found.content);
    const faults = schemeFaults(scheme, { wantsKinds: true });
    if (faults.length === 0) return { ok: true, value: scheme };
    return { ok: false, isFaulty: true, complaint: faults.slice(0, 6).join('; ') };
  } catch (error) {
    if (!(error instanceof SchemeFormError)) throw error;
    return { ok: false, isFaulty: false, complaint: error.message };
  }
}

class SchemeFormError extends Error {
  override readonly name = 'SchemeFormError';
}

/** Throws a SchemeFormError. */
function schemeOf(content: string): GradingScheme {
  const top = elementsIn(content);
  const chains = top.filter(({ tag }) => tag === 'chain');
  const loose = top.filter(({ tag }) => tag === 'checkpoint');
  if (chains.length > 0 && loose.length > 0)
    throw new SchemeFormError('some checkpoints stand in a <chain> and some do not');
  if (chains.length === 0 && loose.length === 0) throw new SchemeFormError('it has no <checkpoint>');
  const inner = chains.map((chain) => ({ chain, elements: elementsIn(chain.content) }));
  // What is said of the whole proof may stand within a chain.
  const all = [...top, ...inner.flatMap(({ elements }) => elements)];
  const named = inner.map(({ chain, elements }, index) => ({
    name: textOf(chain.attributes.get('name') ?? '').replaceAll(/\s+/g, ' ') || `${index + 1}`,
    items: elements.filter(({ tag }) => tag === 'checkpoint'),
  }));
  const [first = { name: '1', items: loose }, ...others] = named;
  const letter = (index: number): string => (others.length === 0 ? 'C' : String.fromCharCode(65 + index));
  const written = [first, ...others].map(({ name, items }, index) => ({
    name,
    checkpoints: items.map((item, place) => checkpointOf(item, `${letter(index)}${place + 1}`)),
  }));
  const empty = written.find(({ checkpoints }) => checkpoints.length === 0);
  if (empty !== undefined) throw new SchemeFormError(`the chain "${empty.name}" has no <checkpoint>`);
  const [main, ...alternatives] = written;
  const texts = (tag: string): Element[] => all.filter((element) => element.tag === tag);
  const limits = texts('limit').map((item) => ({
    points: pointsOf(item),
    description: textOf(item.content),
  }));
  const parsed = gradingSchemeSchema.safeParse({
    checkpoints: main?.checkpoints,
    ...(alternatives.length === 0 ? {} : { chain: main?.name, alternatives }),
    zeroCredit: texts('zero').map((item) => textOf(item.content)),
    deductions: texts('deduction').map((item) => ({
      points: pointsOf(item),
      description: textOf(item.content),
    })),
    ...(limits.length === 0 ? {} : { limits }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SchemeFormError(`${issue?.path.join('.')}: ${issue?.message}`);
}

/** The elements at the top of a text, in their order. Throws a SchemeFormError for one without an end. */
function elementsIn(text: string): Element[] {
  const elements: Element[] = [];
  let between = '';
  let at = 0;
  for (;;) {
    openTag.lastIndex = at;
    const open = openTag.exec(text);
    if (open === null) break;
    between += text.slice(at, open.index);
    const tag = (open[1] ?? '').toLowerCase();
    const inside = open.index + open[0].length;
    const end = new RegExp(`</${tag}\\s*>`, 'i').exec(text.slice(inside));
    if (end === null) throw new SchemeFormError(`a <${tag}> has no end`);
    const content = text.slice(inside, inside + end.index);
    if (tag !== 'chain' && anyTagIn(content) !== undefined)
      throw new SchemeFormError(`a <${tag}> has no end before <${anyTagIn(content)}>`);
    elements.push({ tag, attributes: attributesOf(open[2] ?? ''), content });
    at = inside + end.index + end[0].length;
  }
  const odd = anyTagIn(between + text.slice(at));
  if (odd !== undefined)
    throw new SchemeFormError(`a tag <${odd}> stands alone or has attributes that cannot be read`);
  return elements;
}

function anyTagIn(text: string): string | undefined {
  anyTag.lastIndex = 0;
  const found = anyTag.exec(text);
  return found === null ? undefined : `${found[1]}${found[2]}`;
}

function attributesOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/([a-z_]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|“([^”]*)”|([^\s"'<>]+))/gi)].map(
      ([, name = '', ...values]) => [name.toLowerCase(), values.find((value) => value !== undefined) ?? ''],
    ),
  );
}

function checkpointOf(item: Element, id: string): Checkpoint {
  const kind = kindOf(item.attributes.get('kind') ?? item.attributes.get('type'));
  const points = pointsOf(item);
  if (points <= 0) throw new SchemeFormError('a checkpoint earns at least 1 point');
  return { id, points, ...(kind === undefined ? {} : { kind }), description: textOf(item.content) };
}

function pointsOf({ tag, attributes: given }: Element): number {
  const text = given.get('points') ?? given.get('cap') ?? given.get('at') ?? '';
  const [number] = /^\s*[-−–]?\s*\d+(?:\.\d+)?(?=\s*(?:$|\/\s*7|p(?:oin)?ts?))/i.exec(text) ?? [];
  if (number === undefined)
    throw new SchemeFormError(`a <${tag}> needs points="N" with a number, and has ${JSON.stringify(text)}`);
  return Number(number.replace(/[-−–\s]/g, ''));
}

function kindOf(text: string | undefined): Checkpoint['kind'] {
  if (text === undefined) return undefined;
  if (/^\s*(?:main|key|critical|core|major|essential)\b/i.test(text)) return 'main';
  if (/^\s*(?:routine|minor|standard|technical)\b/i.test(text)) return 'routine';
  return undefined;
}

function textOf(content: string): string {
  const text = content
    .replaceAll(/&lt;/gi, '<')
    .replaceAll(/&gt;/gi, '>')
    .replaceAll(/&quot;/gi, '"')
    .replaceAll(/&amp;/gi, '&')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
  return text === '' ? '…' : text;
}
