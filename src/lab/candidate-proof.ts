/**
 * Proofs as judges meet them: by the careless student, by the teacher (some flawed), and good ones that were spoilt in
 * the ways in which a model goes wrong. Of the three verdicts that a judge can give, right and wrong come equally
 * often, whatever the authors' own rates: otherwise a judge learns to answer by the rate.
 */
import type { Random } from '../stats/random.ts';
import { assessProof, judgeScore } from './assess.ts';
import type { Candidate } from './prompts.ts';
import { carelessAttempt, type StudentParameters } from './student.ts';
import { TEACHER, teacherAttempt } from './teacher.ts';
import type { LabProblem, Rule } from './world.ts';

const verdicts = [
  { score: 1, weight: 0.42 },
  { score: 0.5, weight: 0.16 },
  { score: 0, weight: 0.42 },
] as const;

/** How often a proof is drawn again for the verdict that is wanted; short problems have no half-right proofs. */
const draws = 12;

/** One proof, of any worth. */
export function candidateProof(problem: LabProblem, random: Random, student: StudentParameters): Candidate {
  const wanted = verdicts[random.weighted(verdicts.map(({ weight }) => weight))]?.score;
  let proof = anyProof(problem, random, student);
  for (let i = 1; i < draws && judgeScore(assessProof(problem, proof).points) !== wanted; i += 1) {
    proof = anyProof(problem, random, student);
  }
  return proof;
}

/** One of ten ends within a step, as a reply does that is cut at the token limit. */
function anyProof(problem: LabProblem, random: Random, student: StudentParameters): Candidate {
  const proof = wholeProof(problem, random, student);
  return proof.length > 1 && random.chance(0.1)
    ? [...proof.slice(0, random.integer(1, proof.length - 1)), undefined]
    : proof;
}

function wholeProof(problem: LabProblem, random: Random, student: StudentParameters): readonly Rule[] {
  const author = random.next();
  if (author < 0.25) {
    return carelessAttempt(problem, random, { ...student, errorRate: random.pick([0.03, 0.1, 0.2]) }).proof;
  }
  if (author < 0.55) return teacherAttempt(problem, random, { ...TEACHER, flawRate: 0.4 }).proof;
  const sound = teacherAttempt(problem, random, { ...TEACHER, flawRate: 0.15 }).proof;
  const spoilt = spoil(problem, sound, random);
  return random.chance(0.2) && spoilt.length > 0 ? spoil(problem, spoilt, random) : spoilt;
}

/** A proof with one thing wrong; now and then, where nothing could be put wrong, the proof itself. */
function spoil(problem: LabProblem, sound: readonly Rule[], random: Random): readonly Rule[] {
  const index = random.below(sound.length);
  const step = sound[index];
  if (step === undefined) return sound;
  const kind = random.next();
  if (kind < 0.3) return sound.length > 1 ? sound.toSpliced(index, 1) : sound;
  if (kind < 0.45) {
    const next = sound[index + 1];
    return next === undefined ? sound : sound.with(index, next).with(index + 1, step);
  }
  if (kind < 0.6) return sound.toSpliced(random.integer(0, sound.length), 0, random.pick(problem.rules));
  const mentioned = [
    ...problem.given,
    ...problem.rules.flatMap((rule) => [...rule.premises, rule.conclusion]),
  ];
  const others = mentioned.filter((name) => name !== step.conclusion && !step.premises.includes(name));
  if (others.length === 0) return sound;
  const other = random.pick(others);
  if (kind < 0.75) return sound.with(index, { premises: step.premises, conclusion: other });
  const [dropped, ...kept] = random.shuffled(step.premises);
  const premises =
    kind < 0.9
      ? [...kept, other]
      : kept.length > 0
        ? kept
        : [...(dropped === undefined ? [] : [dropped]), other];
  return sound.with(index, { premises: random.shuffled(premises), conclusion: step.conclusion });
}
