/**
 * The scheme in a rubric that was published as text: three parts, checkpoints that come to 7 points, items without
 * credit, deductions. This is the form of FineProofs-RL's `rubrics` and of ProofBench's marking schemes, which language models wrote
 * and each a little differently: headings with marks of any kind or numbers, points before or after what earns them,
 * chains of checkpoints of which one counts. Read tolerantly, checked strictly: what does not come to 7 in every chain is
 * no scheme, and its text stays what it was. Our own Markdown is read too.
 */
import {
  type Checkpoint,
  type Deduction,
  type GradingScheme,
  gradingSchemeSchema,
  type Limit,
} from '../problem.ts';
import { schemeFromMarkdown } from '../scheme-markdown.ts';
import { schemeFaults } from './check-scheme.ts';
import { amountIn, isCapped, plainLine, withoutAmount } from './rubric-line.ts';
import type { SchemeReading } from './scheme-reading.ts';

type Part = 'checkpoints' | 'zero' | 'deductions';

interface Line {
  /** Columns before its first mark. */
  readonly indent: number;
  /** Without list marks, heading marks and emphasis around it. */
  readonly text: string;
  readonly isItem: boolean;
}

export function schemeOfText(text: string): SchemeReading {
  if (/^\s*## Checkpoints.* \(7 points in all\)$/m.test(text)) return checked(() => schemeFromMarkdown(text));
  const parts = partsOf(text);
  const checkpoints = parts.get('checkpoints');
  if (checkpoints === undefined) return { ok: false, why: 'it has no heading "Checkpoints"' };
  const chains = chainsOf(checkpoints).filter((chain) => chain.checkpoints.length > 0);
  const [first, ...others] = chains;
  if (first === undefined) return { ok: false, why: 'no checkpoint has points' };
  const zeroCredit = blocksOf(parts.get('zero') ?? []).map(({ text: item }) => item);
  return checked(() => {
    const { deductions, limits } = deductionsOf(parts.get('deductions') ?? []);
    const scheme: GradingScheme = gradingSchemeSchema.parse({
      checkpoints: first.checkpoints,
      ...(others.length === 0 ? {} : { chain: first.name, alternatives: others }),
      ...{ zeroCredit, deductions },
      ...(limits.length === 0 ? {} : { limits }),
    });
    const [fault] = schemeFaults(scheme, { wantsKinds: false });
    if (fault !== undefined) throw new Error(fault);
    return scheme;
  });
}

function checked(read: () => GradingScheme): SchemeReading {
  try {
    return { ok: true, scheme: read() };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

/** Lines by part; what stands before the first heading is nobody's. */
function partsOf(text: string): Map<Part, Line[]> {
  const parts = new Map<Part, Line[]>();
  let current: Line[] | undefined;
  for (const raw of text.replaceAll('\r\n', '\n').split('\n')) {
    if (/^\s*(?:[-*_=]\s*){3,}$/.test(raw) || raw.trim() === '') continue;
    const line = lineOf(raw);
    const part = headingOf(raw, line.text);
    if (part !== undefined && !parts.has(part)) {
      current = [];
      parts.set(part, current);
    } else current?.push(line);
  }
  return parts;
}

function headingOf(raw: string, text: string): Part | undefined {
  // A sentence that begins so is no heading.
  const looksLikeOne = /^\s*(?:#|\*\*|\d+[.)]|[IVX]+[.)])/.test(raw) || /^[^.]{0,40}:?$/.test(text);
  if (!looksLikeOne || text.length > 70) return undefined;
  if (/^checkpoints?\b/i.test(text)) return 'checkpoints';
  if (/^(?:zero|no|0)[- ]?(?:credit|points?)\b/i.test(text)) return 'zero';
  if (/^(?:deductions?|penalt(?:y|ies))\b/i.test(text)) return 'deductions';
  return undefined;
}

function lineOf(raw: string): Line {
  const [lead = ''] = /^\s*/.exec(raw) ?? [];
  const isItem = /^\s*(?:[-*+•–]|\(?(?:\d+|[a-z]|[ivx]+)[.)])\s/i.test(raw);
  return { indent: lead.replaceAll('\t', '    ').length, text: plainLine(raw), isItem };
}

/** An item with the lines that belong to it: what is indented deeper, or follows without a mark of its own. */
interface Block {
  readonly indent: number;
  text: string;
}

function blocksOf(lines: readonly Line[]): Block[] {
  const blocks: Block[] = [];
  for (const { indent, text, isItem } of lines) {
    const last = blocks.at(-1);
    if (last !== undefined && (!isItem || indent > last.indent)) last.text += `\n${text}`;
    else blocks.push({ indent, text });
  }
  return blocks;
}

interface Chain {
  readonly name: string;
  readonly checkpoints: Checkpoint[];
}

function chainsOf(lines: readonly Line[]): Chain[] {
  const chains: Chain[] = [{ name: '1', checkpoints: [] }];
  let block: { indent: number; points: number; text: string } | undefined;
  const close = (): void => {
    const chain = chains.at(-1);
    if (block === undefined || chain === undefined) return;
    const letter = chains.length === 1 ? 'C' : String.fromCharCode(63 + chains.length);
    const { points, text } = block;
    chain.checkpoints.push({ id: `${letter}${chain.checkpoints.length + 1}`, points, description: text });
    block = undefined;
  };
  for (const { indent, text } of lines) {
    const [, name] =
      /^(?:chain|path|approach|alternative|method)\s+(?:[A-H]|\d)\b\s*[:.–—-]*\s*(.*)$/is.exec(text) ?? [];
    // A chain's own total says nothing that its checkpoints do not.
    if (/^(?:sub)?total\b/i.test(text) || /^score (?:exactly )?one\b/i.test(text)) {
      close();
      continue;
    }
    if (name !== undefined && (block === undefined || indent <= block.indent || chains.length > 1)) {
      close();
      const idea = withoutAmount(name);
      chains.push({ name: idea === '' ? `${chains.length}` : idea.replaceAll(/\s+/g, ' '), checkpoints: [] });
      continue;
    }
    const points = amountIn(text);
    if (block !== undefined && (points === undefined || indent > block.indent)) block.text += `\n${text}`;
    else if (points !== undefined) {
      close();
      block = { indent, points, text: withoutAmount(text) };
    }
  }
  close();
  return chains;
}

/** Throws an Error for one without an amount. An amount alone, such as "Cap at 5/7:", is that of the items below it. */
function deductionsOf(lines: readonly Line[]): { deductions: Deduction[]; limits: Limit[] } {
  const deductions: Deduction[] = [];
  const limits: Limit[] = [];
  let shared: { readonly indent: number; readonly amount: string } | undefined;
  const blocks: (Block & { readonly amount: string })[] = [];
  for (const { indent, text, isItem } of lines) {
    const last = blocks.at(-1);
    if (amountIn(text) !== undefined && withoutAmount(text) === '') {
      shared = { indent, amount: text };
      continue;
    }
    if (shared !== undefined && isItem && indent <= shared.indent) shared = undefined;
    const isFirst = shared !== undefined && last?.amount !== shared.amount;
    if (last !== undefined && !isFirst && (!isItem || indent > last.indent)) last.text += `\n${text}`;
    else
      blocks.push({ indent, text, amount: amountIn(text) === undefined ? (shared?.amount ?? text) : text });
  }
  for (const [index, { text, amount }] of blocks.entries()) {
    const points = amountIn(amount);
    if (points === undefined) throw new Error(`deduction ${index + 1} does not say how many points it takes`);
    const description = amount === text || amountIn(text) !== undefined ? withoutAmount(text) : text;
    (isCapped(amount) ? limits : deductions).push({ points, description });
  }
  return { deductions, limits };
}
