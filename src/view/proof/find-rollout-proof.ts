/** The proof of a rollout: what follows the reasoning in its tokens, with the grade that it was rewarded for. */

import { NotFoundError } from '../not-found-error.ts';
import { originOfGroup } from '../rollouts/group-origin.ts';
import { findGroup } from '../rollouts/group-place.ts';
import { batchesOf, stageOfRun } from '../rollouts/policy-stage.ts';
import { gradeOf, recordedAttempts, ungradedIn } from '../rollouts/recorded-attempts.ts';
import { formatOf } from '../run-files.ts';
import type { FindProof } from './found-proof.ts';
import { gradeView } from './grade-view.ts';

export const findRolloutProof: FindProof = async (workplace, { id }, unit, mathematics) => {
  const [, stage = '', group, attempt] = /^(rl|rc)\/(\d+)\/(\d+)$/.exec(unit) ?? [];
  const own = stageOfRun(workplace, id, stage);
  const format = await formatOf(own.directory);
  return await workplace.journal(id, async (journal) => {
    const found = findGroup(await batchesOf(journal, own.stage), Number(group));
    if (found === undefined)
      throw new NotFoundError(`group ${group} of stage ${stage} is in no committed step (yet)`);
    const { step, batch, place } = found;
    const ungraded = place === undefined ? undefined : ungradedIn(batch, place);
    const recorded = recordedAttempts(journal, own, Number(group), ungraded).find(
      ({ index }) => index === Number(attempt),
    );
    if (recorded === undefined)
      throw new NotFoundError(`group ${group} has no attempt ${Number(attempt) + 1}`);
    const { problem } = await originOfGroup(journal, own, format, Number(group));
    const { tokens_T, finish } = recorded.sample();
    const { reasoning, answer } = format.parseReply(tokens_T);
    const grade = gradeOf(recorded) ?? recorded.ungraded;
    const proof = answer === undefined || answer === '' ? undefined : answer;
    return {
      ...{
        kind: 'rollout',
        system: `stage ${stage}, step ${step}, group ${group}`,
        attempt: recorded.index,
        problem,
      },
      ...{ proof, reasoning, tokens: recorded.tokens, hasTrace: false },
      finish: proof === undefined ? 'none' : finish === 'length' ? 'cut' : 'stop',
      remarks: verdicts[recorded.verdict] === undefined ? [] : [verdicts[recorded.verdict] ?? ''],
      grades: grade === undefined ? [] : [gradeView(grade, problem, mathematics)],
      group: { stage: own.stage, step, group: Number(group) },
    };
  });
};

const verdicts: Readonly<Record<string, string>> = {
  cut: 'It was cut at the limit of tokens, which is worth 0 without a grader.',
  masked: 'It was cut at the limit of tokens, and is left out of baseline and loss.',
  'no-proof':
    'It has no proof: the reasoning did not end, or nothing came after it. That is worth 0 without a grader.',
  'not-graded': 'Its group was dropped before it was graded.',
};
