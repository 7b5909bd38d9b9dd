/**
 * The lab's data for a recipe: problems for training, validation and test, and texts for the supervised stages,
 * as lazy streams. The parts are disjoint by canonical form, by construction (`splitOf`): texts are written about
 * training problems only. The same seed gives the same stream.
 */
import type { Problem } from '../problems/problem.ts';
import { Random } from '../stats/random.ts';
import type { Split } from './canonical.ts';
import { generateProblems, LAB_PROFILES, type LabProfile } from './generator.ts';
import { DEFAULT_MIXTURE, drawTask, type LabStage, type MixtureOptions } from './mixture.ts';
import { toProblem } from './problem.ts';
import { type LabExample, skillExample } from './skills.ts';
import type { StudentParameters } from './student.ts';
import type { SymbolicSummariser } from './summarise.ts';

export interface LabProblemsOptions {
  readonly profile: LabProfile;
  readonly seed: number;
  readonly split: Split;
  readonly count: number;
  /** Canonical forms that must not come, besides those of the other parts. */
  readonly exclude?: ReadonlySet<string>;
  /** Each canonical form at most once. Default: true for validation and test. */
  readonly distinct?: boolean;
}

export interface LabProblemItem {
  readonly problem: Problem;
  /** Canonical form, for checks of disjointness. */
  readonly form: string;
}

/** Problems of one part, with ids such as `lab-test-0007`. */
export function* labProblems(options: LabProblemsOptions): Generator<LabProblemItem, void, undefined> {
  const { profile, seed, split, count, exclude, distinct = split !== 'train' } = options;
  const random = new Random(seed, 'lab-problems', split);
  const stream = generateProblems({
    profile,
    random,
    split,
    distinct,
    ...(exclude === undefined ? {} : { exclude }),
  });
  const width = Math.max(4, String(count - 1).length);
  for (let i = 0; i < count; i += 1) {
    const { problem, form } = stream.next().value;
    yield { problem: toProblem(problem, `lab-${split}-${String(i).padStart(width, '0')}`), form };
  }
}

export interface LabExamplesOptions {
  readonly stage: LabStage;
  readonly profile: LabProfile;
  readonly seed: number;
  /** The stream ends with the text that reaches this many tokens. */
  readonly tokenBudget: number;
  /** Tokens of a text as it will be trained on: prompt and reply. */
  readonly countTokens: (example: LabExample) => number;
  /** Part of the problems that texts are about; default `train`. */
  readonly split?: Split;
  readonly exclude?: ReadonlySet<string>;
  /** Author of the base model's texts: `STUDENTS` has one for each profile. */
  readonly student: StudentParameters;
  readonly mixture?: MixtureOptions;
  /**
   * Where in the stage every text stands, from 0 to 1. Without it the texts move through the stage's curriculum as
   * the budget is used; texts for a validation loss stand at 1.
   */
  readonly progress?: number;
  readonly summariser?: SymbolicSummariser;
  /** Texts in a row that the teacher writes about one problem, from scratch each; default 1. */
  readonly teacherTexts?: number;
}

/** Supervised texts of a stage, in the order they should be trained on (the order is a curriculum). */
export function* labExamples(options: LabExamplesOptions): Generator<LabExample, void, undefined> {
  const { stage, seed, tokenBudget, exclude, split = 'train', mixture = DEFAULT_MIXTURE } = options;
  const random = new Random(seed, 'lab-texts', stage, split);
  const problemsOf = (profile: LabProfile, name: string) =>
    generateProblems({
      profile,
      random: random.fork(name),
      split,
      distinct: false,
      ...(exclude === undefined ? {} : { exclude }),
    });
  const ordinary = problemsOf(options.profile, 'ordinary');
  const small = problemsOf(LAB_PROFILES.small, 'small');
  const skills = {
    student: options.student,
    summariser: options.summariser ?? 'claims',
  };
  const taught = repeated(ordinary, options.teacherTexts ?? 1);
  for (let used = 0; used < tokenBudget; ) {
    const draw = drawTask(stage, options.progress ?? used / tokenBudget, random, mixture);
    const problems = draw.task === 'teach' ? taught : draw.small ? small : ordinary;
    const { problem } = problems.next().value;
    const example = skillExample(draw.task, problem, random, skills);
    const tokens = options.countTokens(example);
    if (!(tokens > 0)) throw new RangeError(`a text of the lab has ${tokens} tokens`);
    used += tokens;
    yield example;
  }
}

/** Every item `times` times in a row. */
function* repeated<T>(items: Generator<T, never, undefined>, times: number): Generator<T, never, undefined> {
  for (;;) {
    const item = items.next().value;
    for (let time = 0; time < times; time += 1) yield item;
  }
}
