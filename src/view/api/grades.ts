/**
 * Human grading: queues of proofs, what a grader sees of them, and what came of it. What would unblind (who wrote a proof,
 * what judges gave) is in no answer but `agreement`, `revealed` and `export`, which are refused to a grader who has neither finished
 * nor unblinded the queue. Points are 0 to 7; seconds are of attention.
 */
import type { SafeHtml } from './safe-html.ts';

export interface GradesApi {
  'grades/queues.json': QueueList;
  'grades/sources.json': SourceList;
  'grades/queue/:queue.json': QueueView;
  'grades/grader/:queue/:grader.json': GraderView;
  'grades/item/:queue/:item.json': BlindItem;
  'grades/revealed/:queue/:grader/:item.json': RevealedItem;
  'grades/agreement/:queue/:grader.json': AgreementView;
  'grades/export/:queue/:grader.json': GradeExport;
}

export interface QueueList {
  readonly queues: readonly QueueView[];
  /** Files of the folder for grades that cannot be read, with why. */
  readonly troubles: readonly string[];
}

export interface QueueView {
  /** Its name, which is that of its files, too. */
  readonly queue: string;
  readonly title: string;
  readonly items: number;
  readonly problems: number;
  /** How the proofs were chosen, in a sentence. */
  readonly chosen: string;
  readonly createdAt: string;
  /** Proofs carry the neutral label of their system. */
  readonly showsSystems: boolean;
  readonly showsReference: boolean;
  /** The queue whose differences are settled here, or null. */
  readonly adjudicates: string | null;
  /** Proofs come into it one by one from their pages, and nobody is blind. */
  readonly isOpen: boolean;
  /** Grades of it, as a path below the served folder. */
  readonly file: string;
  readonly graders: readonly GraderProgress[];
  readonly troubles: readonly string[];
}

export interface GraderProgress {
  readonly grader: string;
  readonly graded: number;
  readonly skipped: number;
  readonly open: number;
  readonly finished: boolean;
  readonly unblinded: boolean;
  /** Median seconds of attention for a proof; null before the first. */
  readonly medianSeconds: number | null;
  readonly secondsLeft: number | null;
}

export interface GraderView extends GraderProgress {
  readonly queue: string;
  /** In the order in which this grader sees them. */
  readonly items: readonly GraderItem[];
}

export interface GraderItem {
  readonly item: string;
  readonly status: 'open' | 'graded' | 'skipped';
  /** Of the grader's last line about this item, if there is one: what the next line has to come after. */
  readonly last: string | null;
  readonly grade: GivenGrade | null;
}

/** What a person gave a proof. */
export interface GivenGrade {
  readonly points: number;
  readonly marks: SchemeMarks;
  /** Why the points are not what the marks come to. */
  readonly overrideReason: string;
  readonly comment: string;
  /** 0 to 1, or null where nothing was said. */
  readonly confidence: number | null;
  /** Ids of style notes (`style-notes`). */
  readonly style: readonly string[];
  readonly styleNote: string;
}

/** Points by part of the scheme: checkpoints by chain and id, deductions and limits by name. */
export interface SchemeMarks {
  /** By key of checkpoint (`SchemeView`). */
  readonly checkpoints: Readonly<Record<string, number>>;
  /** By key of deduction, the points that are taken off. */
  readonly deductions: Readonly<Record<string, number>>;
  /** Keys of limits that hold. */
  readonly limits: readonly string[];
}

export interface BlindItem {
  readonly item: string;
  /** Neutral, such as "System B"; null where the queue hides even that. */
  readonly system: string | null;
  readonly statement: SafeHtml;
  readonly solutions: readonly SafeHtml[];
  readonly scheme: SchemeView | null;
  readonly guidelines: SafeHtml | null;
  readonly answer: string | null;
  /** Null where the attempt has no proof. */
  readonly proof: SafeHtml | null;
  readonly characters: number;
  /** In a queue that settles differences: what the graders before gave, under neutral names. */
  readonly before: readonly EarlierGrade[];
}

export interface EarlierGrade {
  readonly by: string;
  readonly points: number;
  readonly comment: string;
  readonly checkpoints: Readonly<Record<string, number>>;
}

export interface SchemeView {
  readonly chains: readonly {
    readonly name: string | null;
    readonly checkpoints: readonly SchemePart[];
  }[];
  readonly deductions: readonly (SchemePart & { readonly cap: number | null })[];
  readonly limits: readonly SchemePart[];
  readonly zeroCredit: readonly SafeHtml[];
  readonly notes: SafeHtml | null;
}

export interface SchemePart {
  readonly key: string;
  /** As the scheme calls it: C1, D1, L1. */
  readonly id: string;
  /** Most points it earns or takes; of a limit, the points that are left. */
  readonly points: number;
  readonly kind: string | null;
  readonly description: SafeHtml;
}

export interface RevealedItem {
  readonly item: string;
  readonly system: string;
  /** Run and attempt, in words. */
  readonly from: string;
  /** Names of the page that it came from; null where it was drawn. */
  readonly page: { readonly run: string; readonly id: string } | null;
  readonly problem: string;
  readonly judges: readonly {
    readonly judge: string;
    readonly points: number | null;
    readonly cause: string | null;
    readonly report: SafeHtml | null;
  }[];
  readonly people: readonly {
    readonly grader: string;
    readonly points: number;
    readonly comment: string;
    readonly blind: boolean;
  }[];
}

/** An estimate with its 95 % interval over problems. */
export interface Estimated {
  readonly estimate: number;
  readonly interval: readonly [low: number, high: number] | null;
}

/** One who grades against another. */
export interface AgreementPair {
  readonly who: string;
  readonly against: string;
  readonly kind: 'judge' | 'people';
  /** Proofs that both graded, their problems, and those that `who` left ungraded. */
  readonly compared: number;
  readonly problems: number;
  readonly ungraded: number;
  /** κ weighted by squares, unweighted κ, the same points, at most one point off, mean of who − against. */
  readonly figures: {
    readonly quadraticKappa: Estimated | null;
    readonly kappa: Estimated | null;
    readonly exact: Estimated | null;
    readonly withinOne: Estimated | null;
    readonly bias: Estimated | null;
    readonly meanAbsolute: Estimated | null;
  };
  /** `confusion[a][w]`: proofs with a points by `against` and w by `who`, both to the nearest whole point. */
  readonly confusion: readonly (readonly number[])[];
  readonly byProblem: readonly {
    readonly problem: string;
    readonly compared: number;
    readonly against: number;
    readonly who: number;
  }[];
}

export interface AgreementView {
  readonly queue: string;
  readonly title: string;
  /** What people's grade means here: one person, the mean of several, settled by a third. */
  readonly reference: string;
  readonly graded: number;
  readonly items: number;
  /** Grades that were given by somebody who was not blind any more. */
  readonly seen: number;
  readonly people: readonly string[];
  readonly pairs: readonly AgreementPair[];
  /** Krippendorff's α of people on points, where several graded. */
  readonly alpha: Estimated | null;
  readonly systems: readonly SystemGrades[];
  readonly lengths: readonly LengthGrades[];
  readonly discrepancies: readonly Discrepancy[];
  readonly style: StyleTable;
  /** Files and commands that go on from here. */
  readonly file: string;
  readonly command: string;
  readonly adjudicable: number;
}

/** Does a judge like a system, or length, more than people do? */
export interface SystemGrades {
  readonly system: string;
  readonly proofs: number;
  readonly people: Estimated | null;
  readonly judges: readonly {
    readonly judge: string;
    readonly mean: Estimated | null;
    readonly bias: Estimated | null;
  }[];
  readonly medianCharacters: number;
}

export interface LengthGrades {
  readonly judge: string;
  readonly parts: readonly {
    readonly name: string;
    readonly proofs: number;
    readonly bias: Estimated | null;
  }[];
  /** Points that a doubling of the length brings at like human grade. */
  readonly perDoubling: Estimated | null;
}

export interface Discrepancy {
  readonly item: string;
  readonly problem: string;
  readonly system: string;
  readonly judge: string;
  readonly people: number;
  readonly points: number;
  readonly characters: number;
  readonly comment: string;
}

export interface StyleTable {
  readonly systems: readonly { readonly system: string; readonly graded: number }[];
  readonly rows: readonly {
    readonly id: string;
    readonly label: string;
    readonly group: string;
    /** By system, of how many graded proofs it was noted. */
    readonly counts: readonly number[];
  }[];
  readonly notes: readonly {
    readonly system: string;
    readonly item: string;
    readonly grader: string;
    readonly note: string;
  }[];
}

export interface GradeExport {
  /** Names of the files to be written. */
  readonly name: string;
  /** The form that `qed calibrate --on` reads. */
  readonly jsonl: string;
  /** A row a grade, without texts. */
  readonly csv: string;
}

/** Where proofs can be taken from. */
export interface SourceList {
  readonly sources: readonly GradeSource[];
}

export interface GradeSource {
  /** What is sent back to choose it. */
  readonly source: string;
  readonly kind: 'bench' | 'prove' | 'evaluation' | 'rollouts' | 'file';
  readonly title: string;
  readonly detail: string;
}

/** POST /api/grades/queues */
export interface NewQueue {
  readonly title: string;
  readonly sources: readonly string[];
  readonly seed: number;
  readonly choose: QueueChoice;
  /** Most proofs; null for no limit. */
  readonly limit: number | null;
  readonly showsSystems: boolean;
  readonly showsReference: boolean;
}

export type QueueChoice =
  | { readonly kind: 'all' }
  | { readonly kind: 'per-problem'; readonly count: number }
  /** So many of each band of the judge's points: 0, 1–3, 4–6, 7, without a grade. */
  | { readonly kind: 'per-band'; readonly count: number }
  /** Where two judges are more than a point apart, or one could not be read. */
  | { readonly kind: 'judges-disagree' }
  /** Those that nobody and no judge has graded. */
  | { readonly kind: 'ungraded' };

export interface NewQueueReply {
  readonly queue: string;
  readonly items: number;
}

/** POST /api/grades/one: a proof that somebody looks at, to be graded by hand. Made once, however often it is asked for. */
export interface NewOne {
  readonly run: string;
  readonly id: string;
}

export interface NewOneReply {
  readonly queue: string;
  readonly item: string;
}

/** POST /api/grades/adjudications */
export interface NewAdjudication {
  readonly of: string;
  readonly grader: string;
}

/** POST /api/grades/grades: a grade, or, without one, that an earlier one is taken back. */
export interface NewGrade {
  /** Of this line, made by the browser: sent twice, it is recorded once. */
  readonly id: string;
  readonly queue: string;
  readonly grader: string;
  readonly item: string;
  /** `last` of the item as the browser knows it; another one is a conflict. */
  readonly after: string | null;
  readonly grade: GivenGrade | null;
  /** Seconds of attention since the item was opened or last saved. */
  readonly seconds: number;
  /** At which place the grader saw it, from 1. */
  readonly shown: number;
}

export interface NewGradeReply {
  readonly id: string;
  readonly blind: boolean;
}

/** POST /api/grades/log */
export interface NewLogEntry {
  readonly id: string;
  readonly queue: string;
  readonly grader: string;
  readonly what: 'began' | 'skipped' | 'finished' | 'unblinded';
  readonly item: string | null;
  readonly reason: string;
}
