/**
 * Data sets in the making: curations (a row of steps), single steps, and the files that recipe runs train on. `:part` is a file of
 * rows: `STEP.kept`, `STEP.dropped` and so on in a curation, the name of the file in a recipe run.
 */
import type { SafeHtml } from './safe-html.ts';

export interface DataApi {
  'data.json': DataList;
  'data/:run/steps.json': DataSteps;
  'data/:run/card.json': DataCardPage;
  'data/:run/parts/:part/index/:page.json': DataIndexPage;
  'data/:run/parts/:part/rows/:line.json': DataRowPage;
  'data/:run/matches/:step/:page.json': DataMatches;
  'calibrations/:run/tables.json': CalibrationTables;
}

export interface DataList {
  readonly sets: readonly {
    readonly run: string;
    readonly path: string;
    readonly kind: 'curation' | 'data-step' | 'recipe';
    /** `import → filter → decontaminate`, or the files. */
    readonly detail: string;
    /** Rows that came in and that are left; null where no step has finished, or it is no curation. */
    readonly rows: { readonly before: number; readonly after: number } | null;
    readonly trouble: string | null;
  }[];
  readonly calibrations: readonly { readonly run: string; readonly path: string }[];
}

export interface DataSteps {
  readonly run: string;
  readonly path: string;
  readonly kind: 'curation' | 'data-step' | 'recipe';
  readonly steps: readonly DataStep[];
  /** Rows left after each reason. */
  readonly funnel: readonly DataFunnelBar[];
  readonly hasCard: boolean;
  /** Files of rows that belong to no step: those of a recipe run. */
  readonly parts: readonly DataPart[];
}

export interface DataFunnelBar {
  /** Name of the step's directory. */
  readonly step: string;
  /** Null for what came into the first step, and for steps in which nothing left. */
  readonly reason: string | null;
  readonly left: number;
  readonly lost: number;
}

/** A file of rows to look through. */
export interface DataPart {
  readonly name: string;
  readonly title: string;
  /** Null where nothing has counted them yet. */
  readonly rows: number | null;
  readonly bytes: number;
}

export interface DataStep {
  /** Name of its directory; the kind of step where it is a run of its own. */
  readonly name: string;
  /** import, filter, decontaminate, review, rubrics, difficulty, select, distill. */
  readonly step: string;
  /** Why it has no figures: it has not finished, or cannot be read. Null for a whole one. */
  readonly trouble: string | null;
  readonly came: number;
  readonly kept: number;
  readonly sources: readonly string[];
  readonly keptBySource: readonly number[];
  readonly reasons: readonly DataReason[];
  readonly parts: readonly DataPart[];
  readonly matches: number | null;
  readonly figures: readonly DataFigure[];
  readonly histograms: readonly DataHistogram[];
  readonly settings: string;
  readonly inputs: readonly { readonly path: string; readonly sha256: string; readonly bytes: number }[];
}

export interface DataReason {
  readonly reason: string;
  /** What rows that leave for it have; empty where it is only a code. */
  readonly title: string;
  readonly rows: number;
  readonly bySource: readonly number[];
  /** Rows to which it applies, whichever was their first reason; null where only the first is on record. */
  readonly appliesTo: number | null;
}

/** A figure of a step in words. */
export interface DataFigure {
  readonly name: string;
  readonly value: string;
  /** What it says, where the name does not. */
  readonly note: string;
}

export interface DataHistogram {
  readonly title: string;
  /** What lies on the horizontal axis, with its unit. */
  readonly label: string;
  /** What is counted. */
  readonly counted: string;
  /** Ends of the bins, one more than there are counts; null where the bins are the names. */
  readonly edges: readonly number[] | null;
  readonly names: readonly string[] | null;
  readonly panels: readonly {
    readonly name: string;
    readonly counts: readonly number[];
    /** What the counts were to be. */
    readonly target: readonly number[] | null;
  }[];
  /** A value to mark with a word. */
  readonly mark: { readonly at: number; readonly text: string } | null;
  readonly note: string;
}

/** Rows of a file by what they are looked through by; texts are short and as they are written. */
export interface DataIndexPage {
  /** Of the first row, counted from 1. */
  readonly firstLine: number;
  readonly rows: readonly DataIndexRow[];
  readonly isLast: boolean;
}

export interface DataIndexRow {
  readonly line: number;
  readonly id: string;
  readonly source: string;
  /** Why it left, or what kind of text it is; empty where neither. */
  readonly reason: string;
  readonly excerpt: string;
  /** Mean reward (0 to 1), where its difficulty was measured. */
  readonly meanReward: number | null;
}

export type DataRowPage =
  | DataProblemRow
  | DataTextRow
  | DataSampleRow
  | { readonly kind: 'damaged'; readonly line: number; readonly reason: string; readonly text: string };

interface DataRowFacts {
  readonly line: number;
  readonly id: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
}

export interface DataProblemRow extends DataRowFacts {
  readonly kind: 'problem';
  /** Null for a row that went on. */
  readonly dropped: {
    readonly reason: string;
    readonly title: string;
    readonly detail: string;
    /** Whether the detail was found in the text and is marked there. */
    readonly isMarked: boolean;
  } | null;
  readonly statement: SafeHtml;
  readonly solutions: readonly SafeHtml[];
  readonly comments: readonly SafeHtml[];
  readonly scheme: DataScheme | null;
  readonly guidelines: SafeHtml | null;
  readonly difficulty: {
    readonly model: string;
    readonly judge: string;
    readonly attempts: number;
    readonly ungraded: number;
    readonly meanReward: number;
    readonly interval: readonly [low: number, high: number];
    /** With full marks; null where the source tells their mean alone. */
    readonly solved: number | null;
    readonly points: readonly (number | null)[];
  } | null;
  readonly review: {
    readonly model: string;
    readonly difficulty: number | null;
    readonly computational: boolean | null;
  } | null;
}

export interface DataScheme {
  readonly by: string | null;
  readonly chains: readonly {
    readonly name: string;
    readonly checkpoints: readonly {
      readonly id: string;
      readonly points: number;
      readonly kind: string | null;
      readonly description: SafeHtml;
    }[];
  }[];
  readonly zeroCredit: readonly SafeHtml[];
  readonly deductions: readonly {
    readonly points: number;
    readonly cap: number | null;
    readonly description: SafeHtml;
  }[];
  readonly limits: readonly { readonly points: number; readonly description: SafeHtml }[];
  readonly notes: SafeHtml | null;
}

/** A conversation to train on. */
export interface DataTextRow extends DataRowFacts {
  readonly kind: 'text';
  readonly messages: readonly { readonly role: string; readonly content: SafeHtml }[];
}

/** A distilled sample that left. */
export interface DataSampleRow extends DataRowFacts {
  readonly kind: 'sample';
  readonly reason: string;
  readonly detail: string;
}

export interface DataMatches {
  readonly matches: readonly DataMatch[];
  readonly isLast: boolean;
}

export interface DataMatch {
  readonly number: number;
  readonly verdict: 'contaminated' | 'duplicate' | 'near-miss';
  readonly row: string;
  /** The set of the other statement; null where it is another row. */
  readonly set: string | null;
  readonly other: string;
  /** Compared as it is written, or with variables renamed. */
  readonly isRenamed: boolean;
  readonly measure: string;
  /** 0 to 100. */
  readonly score: number;
  /** Share of the other statement that the row is long enough to hold, 0 to 1. */
  readonly coverage: number;
  readonly numbers: number | null;
  /** The passages in pieces; what both have in common in the same order is `isCommon`. Null where all of both is the same. */
  readonly passages: { readonly row: readonly MatchPiece[]; readonly other: readonly MatchPiece[] } | null;
  /** The same passages as mathematics. */
  readonly rendered: { readonly row: SafeHtml; readonly other: SafeHtml } | null;
}

export interface MatchPiece {
  readonly text: string;
  readonly isCommon: boolean;
}

export interface DataCardPage {
  readonly html: SafeHtml;
}

/** A calibration of judges as the tables that `qed calibrate` prints. */
export interface CalibrationTables {
  readonly path: string;
  readonly sets: readonly string[];
  readonly tables: readonly ViewTable[];
}

export interface ViewTable {
  readonly title: string;
  readonly columns: readonly { readonly heading: string; readonly align: 'left' | 'right' }[];
  readonly rows: readonly (readonly ViewCell[])[];
  readonly notes: readonly string[];
}

export type ViewCell =
  | null
  | string
  | {
      readonly value: number;
      readonly digits: number;
      readonly low?: number;
      readonly high?: number;
      readonly deviation?: number;
      readonly unit?: string;
    };
