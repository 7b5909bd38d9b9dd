/**
 * The face of the package: the seams (engine, chat model, grader, scaffold, journal), their implementations, and
 * the recipe that ties them together. What is not exported here may change without notice.
 * @module
 */

export { type AttemptResult, type EvaluationRequest, evaluateScaffold } from './bench/evaluate.ts';
export type * from './engine/engine.ts';
export { createOrtEngine, type OrtEngineOptions } from './engine/ort/engine.ts';
export { answerGrader } from './grade/answers/answer-grader.ts';
export { answerKey } from './grade/answers/answer-key.ts';
export { type AnswerCheck, type AnswerJudge, checkAnswer } from './grade/answers/check-answer.ts';
export { compareAnswers } from './grade/answers/compare-answers.ts';
export type { Comparison } from './grade/answers/comparison.ts';
export { extractAnswer } from './grade/answers/extract-answer.ts';
export { modelJudge } from './grade/answers/model-judge.ts';
export {
  type Grade,
  type GradeContext,
  type Graded,
  type GradeItem,
  type Grader,
  gradeOfNoProof,
  gradeSchema,
  type Ungraded,
} from './grade/grade.ts';
export type { EffectKey, Entry, Journal, JournalEvent, Json } from './journal/journal.ts';
export { JournalReader } from './journal/journal-reader.ts';
export { type OpenJournalOptions, openJournal } from './journal/open-journal.ts';
export { exactGrader } from './lab/exact-grader.ts';
export { JUDGE_NOISE, noisyGrader } from './lab/noisy-grader.ts';
export type { ChatModel, ChatRequest, Reply } from './model/chat-model.ts';
export type { GradedProof, GradedSet, HumanGrade } from './problems/graded/graded-proof.ts';
export { type OpenGradedSetOptions, openGradedSet } from './problems/graded/open-graded-set.ts';
export {
  type Checkpoint,
  type Deduction,
  type GradingScheme,
  gradingSchemeSchema,
  type Problem,
  type ProblemId,
  problemSchema,
  statementOnly,
} from './problems/problem.ts';
export { type ListedSuite, listSuites } from './problems/suites/list-suites.ts';
export { type OpenSuiteOptions, openSuite } from './problems/suites/open-suite.ts';
export type { Suite, SuiteFault, SuiteKind, SuiteScale, SuiteSource } from './problems/suites/suite.ts';
export { SuiteError } from './problems/suites/suite-error.ts';
export { type LoadedRecipe, loadRecipe } from './recipe/load.ts';
export { type Progress, type StepFigures, silentProgress } from './recipe/progress.ts';
export { RecipeError, type RecipeFault } from './recipe/recipe-error.ts';
export { type RunOptions, type RunOutcome, runRecipe } from './recipe/run.ts';
export { type Recipe, recipeSchema, type StageId, stageIds, stagesOf } from './recipe/schema.ts';
export { reasoningCache, type Summariser, type Summary } from './scaffold/reasoning-cache.ts';
export type { Scaffold, ScaffoldContext, ScaffoldResult, Turn } from './scaffold/scaffold.ts';
export { singleTurn } from './scaffold/single-turn.ts';
export type { Interval } from './stats/interval.ts';
export { meanInterval } from './stats/mean-interval.ts';
export { type PairedDifference, pairedDifference } from './stats/paired-difference.ts';
export { Random, seedFrom } from './stats/random.ts';
export { createChatFormat } from './tokenizer/chat-format.ts';
export { loadTokenizer } from './tokenizer/load-tokenizer.ts';
export type { ChatFormat, Message, ParsedReply, Tokenizer } from './tokenizer/tokenizer.ts';
export { groupAdvantages } from './train/advantages.ts';
export { type GrpoSettings, grpoBatch, grpoStep } from './train/grpo.ts';
