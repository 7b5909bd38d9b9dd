/** TeX that does not parse: formulas, braces and environments that are opened and not closed, and characters lost in scanning. */
import { around, firstMatch } from '../prose.ts';
import type { RowRule, SolutionRule } from '../rule.ts';

export const brokenTex: RowRule = {
  of: 'row',
  reason: 'broken-tex',
  title: 'broken TeX in the statement',
  find: ({ statement }) => texFault(statement) ?? lostLayout(statement),
};

export const solutionTex: SolutionRule = {
  of: 'solution',
  reason: 'solution-tex',
  title: 'a solution with broken TeX',
  find: (solution) => texFault(solution),
};

/** What is wrong and where, or undefined. */
export function texFault(text: string): string | undefined {
  const lost = /[\uFFFD\uE000-\uF8FF]/u.exec(text);
  if (lost !== null) return `a lost character: ${around(text, lost.index, 1)}`;
  // Drawings have their own language, and verbatim dollars are escaped.
  const tex = text.replaceAll(/\[asy\][\s\S]*?\[\/asy\]/gi, ' ').replaceAll(/\\\\/g, '  ');
  return environmentFault(tex) ?? delimiterFault(tex) ?? swapFault(tex) ?? braceFault(tex) ?? sidesFault(tex);
}

/** What is left of a formula when only its letters were copied from a page. */
const layoutMarks: readonly RegExp[] = [
  /(?:^|[^\w$])X\s+\d?\s*[ijk]\s*=\s*[01]\b/,
  /\bX\s+\d?\$\\leq\$/,
  /\d[a-z]\s*(?:\$\\times\$|×)\s*\d+[a-z]\b/,
  /=\s*\(\s[^)]*\bif\b/,
];

/** `x3 + ax2`: where nothing is raised or lowered, the exponents were. */
const lostExponent = /(?<![\w\\])\d*[a-z]?[xyz][234]\s*[+−=-]\s*\d*[a-z]?[xyz]?[234]?/;

function lostLayout(text: string): string | undefined {
  const exponent = /[\^_]/.test(text) ? null : lostExponent.exec(text);
  if (exponent !== null) return `exponents were lost: ${around(text, exponent.index, exponent[0].length)}`;
  const found = firstMatch(text, layoutMarks);
  return found === undefined ? undefined : `layout was lost: ${found}`;
}

/** Commands that mean nothing outside a formula, and words that no formula has so many of in a row. */
const commandOutside =
  /\\(?:frac|dfrac|sqrt|operatorname|overline|binom|sum|prod|mathbb|cdot|leq|geq|times|angle|triangle|lim|Delta|boldsymbol)(?![a-zA-Z])|[\^_]\{/;
const wordsInside = /(?<![\\{a-zA-Z])(?:[a-z]{2,}\s+){5}/;

function swapFault(tex: string): string | undefined {
  if (!tex.includes('$')) return undefined;
  const environment = /\\begin\{(\w+\*?)\}[\s\S]*?\\end\{\1\}|\\\[[\s\S]*?\\\]|\\\([\s\S]*?\\\)/g;
  const { segments } = segmentsOf(tex.replaceAll(environment, ' '));
  for (const { isFormula, text } of segments) {
    const plain = text.replaceAll(/\\(?:text|textbf|textit|mbox|mathrm|emph|boxed)\s*\{[^{}]*\}/g, ' ');
    const fault = (isFormula ? wordsInside : commandOutside).exec(plain);
    if (fault === null) continue;
    const what = isFormula ? 'words within a formula' : 'a formula outside dollars';
    return `${what}: ${around(plain, fault.index, Math.min(fault[0].length, 60))}`;
  }
  return undefined;
}

function environmentFault(tex: string): string | undefined {
  const open: string[] = [];
  for (const match of tex.matchAll(/\\(begin|end)\s*\{([^}]*)\}/g)) {
    const [, kind, name = ''] = match;
    if (kind === 'begin') open.push(name);
    else if (open.pop() !== name) return `\\end{${name}} closes nothing: ${around(tex, match.index, 10)}`;
  }
  const left = open.at(-1);
  return left === undefined ? undefined : `\\begin{${left}} is not closed`;
}

interface Segment {
  readonly isFormula: boolean;
  readonly text: string;
}

/** The text in and between dollars. `$a$$b$` is two formulas: within one, `$$` ends it and begins the next. */
function segmentsOf(tex: string): { readonly segments: Segment[]; readonly open: string | undefined } {
  const segments: Segment[] = [];
  let inMath: string | undefined;
  let since = 0;
  const end = (at: number, isFormula: boolean): void => {
    segments.push({ isFormula, text: tex.slice(since, at) });
  };
  for (const match of tex.matchAll(/\\[\s\S]|\$\$?/g)) {
    const [token] = match;
    if (token.startsWith('\\') || (inMath === '$$' && token === '$')) continue;
    end(match.index, inMath !== undefined);
    since = match.index + token.length;
    const goesOn = inMath === '$' && token === '$$';
    inMath = inMath === undefined ? token : goesOn ? '$' : undefined;
  }
  end(tex.length, inMath !== undefined);
  return {
    segments,
    open: inMath === undefined ? undefined : `${inMath} is not closed: ${around(tex, since, 2)}`,
  };
}

function delimiterFault(tex: string): string | undefined {
  const { open } = segmentsOf(tex);
  if (open !== undefined) return open;
  const count = (pattern: RegExp): number => tex.match(pattern)?.length ?? 0;
  for (const [open, close, shown] of [
    [/(?<!\\)\\\[/g, /(?<!\\)\\\]/g, '\\['],
    [/(?<!\\)\\\(/g, /(?<!\\)\\\)/g, '\\('],
  ] as const) {
    if (count(open) !== count(close))
      return `${shown} stands ${count(open)} times, its close ${count(close)}`;
  }
  return undefined;
}

function braceFault(tex: string): string | undefined {
  let depth = 0;
  for (const match of tex.matchAll(/\\[\s\S]|[{}]/g)) {
    if (match[0] === '{') depth += 1;
    if (match[0] === '}') depth -= 1;
    if (depth < 0) return `} closes nothing: ${around(tex, match.index, 1)}`;
  }
  return depth === 0 ? undefined : `${depth} braces are not closed`;
}

function sidesFault(tex: string): string | undefined {
  const left = tex.match(/\\left(?![a-zA-Z])/g)?.length ?? 0;
  const right = tex.match(/\\right(?![a-zA-Z])/g)?.length ?? 0;
  return left === right ? undefined : `\\left stands ${left} times, \\right ${right}`;
}
