/** What checkers of final answers are measured on: labelled pairs, and gold answers rewritten by rules. */
import { readFileSync } from 'node:fs';
import { rewritesOf } from '../../../src/grade/answers/fixtures/rewrite-answer.ts';
import { answerKindOf } from '../../../src/problems/suites/answer-kind.ts';
import { openSuite } from '../../../src/problems/suites/open-suite.ts';

export interface AnswerCase {
  /** `labelled`, or the kind of the gold answer. */
  readonly set: string;
  readonly truth: 'equal' | 'different' | 'unsettled';
  readonly gold: string;
  readonly candidate: string;
  readonly statement?: string;
  /** How the candidate was made. */
  readonly rule: string;
}

/** The pairs that were written by hand before the code. */
export function labelledCases(): AnswerCase[] {
  const file = new URL('../../../src/grade/answers/fixtures/pairs.tsv', import.meta.url);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [truth, gold = '', candidate = ''] = line.split('\t');
      if (truth !== 'equal' && truth !== 'different' && truth !== 'unsettled')
        throw new Error(`pairs.tsv: the label ${truth} is none of equal, different, unsettled`);
      return { set: 'labelled', truth, gold, candidate, rule: 'by hand' };
    });
}

/** All rewritten forms and near misses of the gold answers of IMO-AnswerBench, in a directory or file. */
export async function goldCases(path: string): Promise<AnswerCase[]> {
  const { problems } = await openSuite('imo-answerbench', { path });
  return problems.flatMap(({ statement, answer: gold = '' }) => {
    const set = answerKindOf(gold);
    const { same, other } = rewritesOf(gold);
    return [
      ...same.map(
        ({ rule, text }) => ({ set, truth: 'equal', gold, candidate: text, statement, rule }) as const,
      ),
      ...other.map(
        ({ rule, text }) => ({ set, truth: 'different', gold, candidate: text, statement, rule }) as const,
      ),
    ];
  });
}
