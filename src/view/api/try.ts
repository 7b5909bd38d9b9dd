/** Trying a model: what there is to choose from, what it would take, and what happens while a proof is searched. */
import type { SafeHtml } from './safe-html.ts';

export interface TryApi {
  'try/choices.json': TryChoices;
}

export interface TryChoices {
  /** False with the reason where nothing can be run: a site that was exported, a folder that cannot be written to. */
  readonly canRun: boolean;
  readonly whyNot: string | null;
  readonly models: readonly TryModel[];
  readonly scaffolds: readonly TryScaffold[];
  readonly problemFiles: readonly TryProblemFile[];
}

export interface TryModel {
  /** What `--model` takes. */
  readonly spec: string;
  readonly title: string;
  readonly detail: string;
  readonly group: 'checkpoints' | 'presets';
  /** Why it cannot be used as it is, for example the environment variable that is missing. */
  readonly missing: string | null;
}

export interface TryScaffold {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly settings: readonly {
    readonly name: string;
    readonly description: string;
    readonly expects: string;
    readonly default: string | null;
  }[];
  readonly presets: readonly { readonly name: string; readonly settings: string }[];
  readonly takesSolver: boolean;
  /** Specs to begin with. */
  readonly examples: readonly string[];
}

export interface TryProblemFile {
  /** Path below the served folder. */
  readonly file: string;
  readonly problems: readonly TryProblem[];
  /** Problems beyond those listed. */
  readonly more: number;
}

export interface TryProblem {
  readonly id: string;
  readonly statement: string;
}

/** What a person asks for. */
export interface TryRequest {
  readonly problem: string;
  readonly model: string;
  /** Models of roles of the scaffold, a line each: `verify=SPEC`. Empty: the one model for all. */
  readonly roles: string;
  readonly scaffold: string;
  /** As `--budget` takes it; empty for none. */
  readonly budget: string;
  readonly attempts: number;
  readonly asks: 'proof' | 'answer';
  /** Most tokens of a reply; null: the model's. */
  readonly maxTokens: number | null;
}

/** What it would take. */
export interface TryPlan {
  readonly statement: SafeHtml;
  readonly model: string;
  readonly scaffold: string;
  readonly budget: string;
  readonly maxTokens: number;
  readonly calls: TryRange;
  readonly tokens: TryRange;
  /** Null where the model has no price. */
  readonly dollars: TryRange | null;
  readonly mostTokens: number;
  readonly mostDollars: number | null;
  readonly roles: readonly {
    readonly role: string;
    readonly calls: TryRange;
    readonly promptTokens: TryRange;
    readonly completionTokens: TryRange;
    /** Recorded calls that the sizes come from; 0: assumed. */
    readonly measured: number;
  }[];
  readonly remarks: readonly string[];
  /** Where the run will be, below the served folder, and whether it goes on with one that is there. */
  readonly run: string;
  readonly isNew: boolean;
}

export interface TryRange {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

/** A run that was begun here. */
export interface TryRun {
  /** Safe name of the run directory. */
  readonly run: string;
  readonly directory: string;
}

/** Everything about a run at one moment: what a page that is opened late begins with. */
export interface TryState {
  readonly run: string;
  readonly phase: 'opening' | 'running' | 'stopping' | 'ended';
  readonly problem: SafeHtml;
  readonly model: string;
  readonly scaffold: string;
  readonly budget: string;
  readonly attempts: number;
  readonly spent: TrySpent;
  readonly calls: readonly TryCall[];
  /** The best proof of each attempt so far. */
  readonly best: readonly (TryBest | null)[];
  readonly remarks: readonly string[];
  /** How it ended. */
  readonly end: TryEnd | null;
}

export interface TrySpent {
  readonly tokens: number;
  readonly dollars: number | null;
  readonly seconds: number;
}

export interface TryCall {
  readonly attempt: number;
  readonly label: string;
  readonly role: string;
  readonly state: 'running' | 'reply' | 'refused' | 'failed' | 'stopped';
  readonly maxTokens: number;
  readonly completionTokens: number | null;
  readonly seconds: number | null;
  readonly isReplayed: boolean;
  readonly message: string | null;
  readonly notes: string;
  /** Characters of reasoning and answer so far, and their ends. */
  readonly reasoningCharacters: number;
  readonly reasoning: string;
  readonly answer: string;
}

export interface TryBest {
  readonly why: string;
  readonly proof: SafeHtml;
}

export interface TryEnd {
  readonly status: 'finished' | 'budget' | 'stopped' | 'failed';
  readonly text: string;
  /** What can be done about it. */
  readonly wayOut: string | null;
}

/** Server-sent: `state` first, then what changes. */
export type TryEvent =
  | { readonly kind: 'state'; readonly state: TryState }
  | { readonly kind: 'phase'; readonly phase: TryState['phase'] }
  | { readonly kind: 'call'; readonly call: TryCall }
  | {
      readonly kind: 'text';
      readonly attempt: number;
      readonly label: string;
      readonly of: 'reasoning' | 'answer';
      readonly text: string;
    }
  | { readonly kind: 'best'; readonly attempt: number; readonly best: TryBest }
  | { readonly kind: 'spent'; readonly spent: TrySpent }
  | { readonly kind: 'remark'; readonly text: string }
  | { readonly kind: 'end'; readonly end: TryEnd };
