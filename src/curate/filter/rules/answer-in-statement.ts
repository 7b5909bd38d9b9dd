/** Statements that hold their own answer, hint or solution. */
import { firstMatch, proseOf } from '../prose.ts';
import type { RowRule } from '../rule.ts';

const patterns: readonly RegExp[] = [
  /(?:^|\n|[.?!)$]\s+)(?:\*\*|\\textbf\{|\\textit\{|\[b\])?\s*(?:Solution|Answer|Proof|Ans|Hint|Official solution)\b\s*(?:\d+|I+)?\s*(?:\*\*|\}|\[\/b\])?\s*[:.](?!\w)/i,
  /\(\s*(?:answer|ans|hint)\b[^()]{0,3}[:.=]?[^()]{1,80}\)/i,
  /\[hide(?:\]|\s*=\s*"?(?!source|remark|note|original|comment))|\\begin\{(?:solution|proof)\}/i,
  /【(?:答案|解答|解析)】|(?:^|\n)\s*(?:解|答案)\s*[:：]/,
];

/** A solution of so many characters that stands in the statement is no accident. */
const leastLength = 60;
/** Reasoning from one result to the next, in a text that asks for nothing. */
const reasoning = /\b(?:thus|therefore|hence|so),? (?:we|the|it|this|◦)/gi;

export const answerInStatement: RowRule = {
  of: 'row',
  reason: 'answer-in-statement',
  title: 'a statement with its own answer, hint or solution',
  find({ statement, solutions }) {
    const marked = firstMatch(statement, patterns);
    if (marked !== undefined) return marked;
    const plain = flat(statement);
    const within = solutions.map(flat).find((text) => text.length >= leastLength && plain.includes(text));
    if (within !== undefined) return `the solution: ${within.slice(0, 80)}`;
    const prose = proseOf(statement);
    const steps = prose.match(reasoning)?.length ?? 0;
    const asks =
      /[?]|\b(?:prove|show that|determine|find (?:all|the|an?)|compute|evaluate|how many|what)\b/i.test(
        prose,
      );
    return steps >= 2 && !asks ? `${steps} steps of reasoning, and no question` : undefined;
  },
};

function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
