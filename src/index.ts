/**
 * The face of the package: the seams (engine, chat model, grader, scaffold, journal), their implementations, and
 * the recipe that ties them together. What is not exported here may change without notice.
 * @module
 */

export { type AttemptResult, type EvaluationRequest, evaluateScaffold } from './bench/evaluate.ts';
export type * from './engine/engine.ts';
export { createOrtEngine, type OrtEngineOptions } from './engine/ort/engine.ts';
export { type AnswerJudgement, createAnswerJudge, type FinalAnswerJudge } from './grade/answer-judge.ts';
export { answerGrader } from './grade/answers/answer-grader.ts';
export { answerKey } from './grade/answers/answer-key.ts';
export { type AnswerCheck, type AnswerJudge, checkAnswer } from './grade/answers/check-answer.ts';
export { compareAnswers } from './grade/answers/compare-answers.ts';
export type { Comparison } from './grade/answers/comparison.ts';
export { extractAnswer } from './grade/answers/extract-answer.ts';
export { modelJudge } from './grade/answers/model-judge.ts';
export { createEnsemble, type EnsembleSettings } from './grade/ensemble.ts';
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
export { gradeDurably } from './grade/grade-durably.ts';
export { createJudge, type Judge, type JudgeOptions, type SingleJudge } from './grade/judge.ts';
export { gradingDigest } from './grade/judge-material.ts';
export { type JudgeSettings, judgeStyles } from './grade/judge-settings.ts';
export { readPoints } from './grade/read-points.ts';
export {
  type ResolvedAnswerJudge,
  type ResolvedJudge,
  resolveAnswerJudge,
  resolveJudge,
} from './grade/resolve-judge.ts';
export { SCALES, type Scale } from './grade/scale.ts';
export { checkUngraded, TooManyUngradedError, UngradedCount } from './grade/ungraded-rate.ts';
export type { EffectKey, Entry, Journal, JournalEvent, Json } from './journal/journal.ts';
export { JournalReader } from './journal/journal-reader.ts';
export { type OpenJournalOptions, openJournal } from './journal/open-journal.ts';
export { exactGrader } from './lab/exact-grader.ts';
export { JUDGE_NOISE, noisyGrader } from './lab/noisy-grader.ts';
export type { ChatModel, ChatRequest, Reply } from './model/chat-model.ts';
export type { GradedProof, GradedSet, HumanGrade } from './problems/graded/graded-proof.ts';
export { type OpenGradedSetOptions, openGradedSet } from './problems/graded/open-graded-set.ts';
export {
  type Alternative,
  type Checkpoint,
  type Deduction,
  type GradingScheme,
  gradingSchemeSchema,
  type Limit,
  type Problem,
  type ProblemId,
  problemSchema,
  statementOnly,
} from './problems/problem.ts';
export { schemeFromMarkdown, schemeToMarkdown } from './problems/scheme-markdown.ts';
export { schemeFaults } from './problems/schemes/check-scheme.ts';
export { schemeOfText } from './problems/schemes/scheme-of-text.ts';
export type { SchemeReading } from './problems/schemes/scheme-reading.ts';
export { type ListedSuite, listSuites } from './problems/suites/list-suites.ts';
export { type OpenSuiteOptions, openSuite } from './problems/suites/open-suite.ts';
export type { Suite, SuiteFault, SuiteKind, SuiteScale, SuiteSource } from './problems/suites/suite.ts';
export { SuiteError } from './problems/suites/suite-error.ts';
export { type LoadedRecipe, loadRecipe } from './recipe/load.ts';
export { type Progress, type StepFigures, silentProgress } from './recipe/progress.ts';
export { RecipeError, type RecipeFault } from './recipe/recipe-error.ts';
export { type RunOptions, type RunOutcome, runRecipe } from './recipe/run.ts';
export { type Recipe, recipeSchema, type StageId, stageIds, stagesOf } from './recipe/schema.ts';
export { bestOfN } from './scaffold/best-of-n.ts';
export { createScaffold, plannedCalls, scaffoldWarnings } from './scaffold/create-scaffold.ts';
export { deepseekMath } from './scaffold/deepseek-math.ts';
export { majority } from './scaffold/majority.ts';
export { nomos } from './scaffold/nomos.ts';
export { promptSet, type ScaffoldPrompts } from './scaffold/prompt-set.ts';
export { type Asked, ask, ofWhole, type Question } from './scaffold/question.ts';
export { reasoningCache, type Summariser, type Summary } from './scaffold/reasoning-cache.ts';
export { rsa } from './scaffold/rsa.ts';
export {
  BudgetExhausted,
  type Scaffold,
  type ScaffoldContext,
  type ScaffoldResult,
  type Turn,
} from './scaffold/scaffold.ts';
export { selfCheck } from './scaffold/self-check.ts';
export { singleTurn } from './scaffold/single-turn.ts';
export { advantageError } from './stats/agreement/advantage-error.ts';
export { cohenKappa, type KappaWeights } from './stats/agreement/cohen-kappa.ts';
export { type CompletePairs, completePairs } from './stats/agreement/complete-pairs.ts';
export { type Confusion, confusion } from './stats/agreement/confusion.ts';
export { fleissKappa } from './stats/agreement/fleiss-kappa.ts';
export { type GradeClass, gradeClass, gradeClasses } from './stats/agreement/grade-class.ts';
export { type GradeErrors, gradeErrors } from './stats/agreement/grade-errors.ts';
export type { GradedPair } from './stats/agreement/graded-pair.ts';
export {
  type AgreementFigure,
  type JudgeAgreement,
  type JudgedProof,
  judgeAgreement,
} from './stats/agreement/judge-agreement.ts';
export {
  type JudgeReliability,
  judgeReliability,
  type ReliabilityFigure,
  type RepeatedGrading,
} from './stats/agreement/judge-reliability.ts';
export { kendallTau } from './stats/agreement/kendall-tau.ts';
export { type AlphaMetric, krippendorffAlpha } from './stats/agreement/krippendorff-alpha.ts';
export { localConsistency } from './stats/agreement/local-consistency.ts';
export { pearson } from './stats/agreement/pearson.ts';
export {
  type RatedItem,
  type RaterAgreement,
  type RaterFigure,
  raterAgreement,
} from './stats/agreement/rater-agreement.ts';
export { rawAgreement } from './stats/agreement/raw-agreement.ts';
export { spearman } from './stats/agreement/spearman.ts';
export { bestAtK, worstAtK } from './stats/at-k/best-at-k.ts';
export { majorityAtK, type Vote } from './stats/at-k/majority-at-k.ts';
export { type PassAtKOptions, passAtK, passAtKOfCounts } from './stats/at-k/pass-at-k.ts';
export {
  type SelectableAttempt,
  type SelectionAtK,
  selectionAtK,
} from './stats/at-k/selection-at-k.ts';
export { bettingInterval } from './stats/betting-interval.ts';
export {
  type ClusterEstimate,
  clusterBootstrap,
  clusterBootstrapAll,
  type NamedStatistics,
} from './stats/cluster-bootstrap.ts';
export type { LeftOutProblem, ScoredSystem } from './stats/compare/align-systems.ts';
export {
  type ComparedPair,
  type ComparedSystem,
  type CompareOptions,
  compareSystems,
  type SystemComparison,
} from './stats/compare/compare-systems.ts';
export { benjaminiHochberg, holm } from './stats/compare/multiplicity.ts';
export type { RankInterval } from './stats/compare/rank-intervals.ts';
export { type Arm, type BootstrapOptions, contrastInterval } from './stats/contrast-interval.ts';
export type { Interval } from './stats/interval.ts';
export { kolmogorovSmirnov, type SampleDistance } from './stats/kolmogorov-smirnov.ts';
export { type LengthWithin, lengthWithin, type ResponseLength } from './stats/length-within.ts';
export { meanInterval } from './stats/mean-interval.ts';
export { type MeanScore, type MeanScoreOptions, meanScore } from './stats/mean-score.ts';
export { type OverProblems, overProblems } from './stats/over-problems.ts';
export { type PairedDifference, pairedDifference } from './stats/paired-difference.ts';
export { type CostedScore, paretoFront } from './stats/pareto-front.ts';
export { Random, seedFrom } from './stats/random.ts';
export { type RunDeviation, type RunMean, runDeviation } from './stats/run-deviation.ts';
export {
  plannedStandardError,
  type ScoreVariance,
  scoreVariance,
  type VarianceComponents,
} from './stats/score-variance.ts';
export {
  type GradedScores,
  gradedScores,
  ifUngradedWere,
  type ScoreCoverage,
  type Scores,
} from './stats/scores.ts';
export { type SignFlipOptions, signFlipPValue } from './stats/sign-flip.ts';
export { wilson } from './stats/wilson.ts';
export { createChatFormat } from './tokenizer/chat-format.ts';
export { loadTokenizer } from './tokenizer/load-tokenizer.ts';
export type { ChatFormat, Message, ParsedReply, Tokenizer } from './tokenizer/tokenizer.ts';
export { type AdvantageSettings, groupAdvantages } from './train/advantages.ts';
export { type GrpoSettings, grpoBatch, grpoStep } from './train/grpo.ts';
export type { NormaliserSettings } from './train/normalisers/normaliser.ts';
