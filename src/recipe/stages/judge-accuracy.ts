/**
 * What the judge of a run is worth: its verdicts on proofs that the policy wrote for test problems, beside the exact
 * ones, and its choices between two proofs of one problem. NULL-NOT-ZERO: a reply without a verdict is counted as
 * that, and is neither right nor a 0.
 */
import { durableReply } from '../../bench/durable-reply.ts';
import type { AttemptResult } from '../../bench/evaluate.ts';
import type { Journal } from '../../journal/journal.ts';
import { runTogether } from '../../journal/run-together.ts';
import { judgeScore } from '../../lab/assess.ts';
import type { LabScaffoldPrompts } from '../../lab/scaffold-prompts.ts';
import type { ChatModel } from '../../model/chat-model.ts';
import type { Problem } from '../../problems/problem.ts';
import type { Question } from '../../scaffold/question.ts';
import { seedFrom } from '../../stats/random.ts';
import {
  type ExactVerdict,
  type JudgeAccuracy,
  type JudgeVerdict,
  judgeVerdicts,
} from '../report/report-input.ts';

interface Judging {
  readonly judge: ChatModel;
  readonly prompts: LabScaffoldPrompts;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
  readonly journal: Journal;
  readonly signal: AbortSignal;
}

interface JudgedProof {
  readonly proof: string;
  readonly worth: ExactVerdict;
}

/** Judges every proof of `results_P_A` once, and each two that follow one another where they differ in worth. */
export async function measureJudge(
  judging: Judging,
  problems: readonly Problem[],
  results_P_A: readonly (readonly AttemptResult[])[],
): Promise<JudgeAccuracy> {
  const verdicts = Object.fromEntries(
    (['1', '0.5', '0'] as const).map((worth) => [worth, { '1': 0, '0.5': 0, '0': 0, none: 0 }]),
  ) as Record<ExactVerdict, Record<JudgeVerdict, number>>;
  const pairs = { right: 0, wrong: 0, undecided: 0 };
  await runTogether(problems, judging.signal, async (problem, index, signal) => {
    const proofs = (results_P_A[index] ?? []).map(judgedProof);
    const asked = async <T>(label: string, question: Question<T>): Promise<T | undefined> => {
      const unit = `evaluate/judge/${index}`;
      const { judge, journal, maxTokens, temperature } = judging;
      const seed = seedFrom(judging.seed, unit, label);
      const request = { messages: question.messages, maxTokens, temperature, seed };
      const reply = await durableReply({ journal, signal }, judge, unit, label, request);
      const reading = question.read(reply.answer ?? '', reply.finish === 'length');
      return reading.ok ? reading.value : undefined;
    };
    await Promise.all(
      proofs.map(async (one, attempt) => {
        if (one === undefined) return;
        const question = judging.prompts.deepseekMath.verify({ problem, proof: one.proof });
        const score = await asked(`verify-${attempt}`, question);
        verdicts[one.worth][verdictOf(score)] += 1;
        const other = attempt % 2 === 0 ? proofs[attempt + 1] : undefined;
        if (other === undefined || other.worth === one.worth) return;
        const compare = judging.prompts.rsa.compare({ problem, candidates: [one.proof, other.proof] });
        const choice = await asked(`compare-${attempt}`, compare);
        if (typeof choice !== 'number') pairs.undecided += 1;
        else if ((choice === 1) === Number(one.worth) > Number(other.worth)) pairs.right += 1;
        else pairs.wrong += 1;
      }),
    );
  });
  return { verdicts, pairs };
}

/** An attempt's proof and worth; undefined where there is no proof or no grade. */
function judgedProof({ proof, grade }: AttemptResult): JudgedProof | undefined {
  if (proof === undefined || proof.trim() === '' || grade.kind !== 'graded') return undefined;
  return { proof, worth: `${judgeScore(grade.points)}` };
}

function verdictOf(score: number | undefined): JudgeVerdict {
  return judgeVerdicts.find((verdict) => verdict === String(score)) ?? 'none';
}
