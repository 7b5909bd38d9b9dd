/**
 * What `qed prove` and `qed plan` are asked with: problems, models by role, scaffold and budgets, read and checked before
 * anything is loaded or spent. Every fault is one line for people.
 */
import type { ResolvedModel } from '../model/open-model.ts';
import type { Budget } from '../prove/budget.ts';
import type { GivenProblems } from '../prove/read-problems.ts';
import type { RunIdentity } from '../prove/run-identity.ts';
import type { Budgets } from '../prove/within-budgets.ts';
import { UserError } from './user-error.ts';

/** As Commander gives them. */
export interface SetupOptions {
  readonly model: readonly string[];
  readonly scaffold: string;
  readonly asks: 'proof' | 'answer';
  readonly budget?: string;
  readonly problemBudget?: string;
  readonly sittingBudget?: string;
  readonly maxTokens?: string;
  readonly temperature?: string;
  readonly seed: string;
}

export interface Setup {
  readonly given: GivenProblems;
  readonly main: ResolvedModel;
  readonly byRole: ReadonlyMap<string, ResolvedModel>;
  readonly identity: RunIdentity;
  readonly budgets: Budgets;
  /** What a person should know before it begins. */
  readonly remarks: readonly string[];
}

/** Reads what is asked with a problem, a file or standard input. Throws a UserError. */
export async function prepare(problem: string | undefined, options: SetupOptions): Promise<Setup> {
  return await prepareWith((told) => readGiven(problem, told), options);
}

/** The same with problems from elsewhere. Throws a UserError. */
export async function prepareWith(
  readProblems: (told: Told) => Promise<GivenProblems>,
  options: SetupOptions,
): Promise<Setup> {
  const { assertPriced, UnpricedModelError } = await import('../prove/price-check.ts');
  const { runIdentity } = await import('../prove/run-identity.ts');
  const { resolveScaffold, scaffoldWarnings, ScaffoldSpecError } = await import(
    '../scaffold/create-scaffold.ts'
  );
  const scaffold = await told(() => resolveScaffold(options.scaffold), [ScaffoldSpecError.name]);
  const budgets: Budgets = {
    run: await readBudget('--budget', options.budget),
    problem: await readBudget('--problem-budget', options.problemBudget),
    sitting: await readBudget('--sitting-budget', options.sittingBudget),
  };
  const seed = wholeNumber('--seed', options.seed, 0);
  const given = await readProblems(told);
  const { main, byRole } = await resolveModels(options.model, told);
  await told(() => assertPriced([main, ...byRole.values()], budgets), [UnpricedModelError.name]);
  const identity = runIdentity({
    ...{ problems: given.problems, scaffold: scaffold.canonical, asks: options.asks, main, byRole, seed },
    maxTokens:
      options.maxTokens === undefined ? undefined : wholeNumber('--max-tokens', options.maxTokens, 1),
    temperature:
      options.temperature === undefined ? undefined : numberAtLeastZero('--temperature', options.temperature),
  });
  const remarks = [
    ...scaffoldWarnings(options.scaffold, options.asks),
    ...[main, ...byRole.values()].flatMap((model) => model.remarks),
  ];
  return { given, main, byRole, identity, budgets, remarks };
}

/** Does work of which errors of these names are faults for a person to mend. */
export type Told = <T>(work: () => T | Promise<T>, kinds: readonly string[]) => Promise<T>;

export const told: Told = async (work, kinds) => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !kinds.includes(error.name)) throw error;
    const plain = new UserError(error.message, { exitCode: 1 });
    plain.cause = error;
    throw plain;
  }
};

/** What a flag caps; nothing where it is not given. Throws a UserError. */
export async function readBudget(flag: string, text: string | undefined): Promise<Budget> {
  const { parseBudget, BudgetTextError } = await import('../prove/budget.ts');
  if (text === undefined) return {};
  try {
    return parseBudget(text);
  } catch (error) {
    if (error instanceof BudgetTextError) throw new UserError(`${flag} ${error.message}`, { exitCode: 1 });
    throw error;
  }
}

async function readGiven(problem: string | undefined, told: Told): Promise<GivenProblems> {
  const { readGivenProblems } = await import('../prove/read-problems.ts');
  if (problem === undefined && process.stdin.isTTY === true) {
    throw new UserError(
      'there is no problem: give it as text, as a file (.md, .tex, .txt, .jsonl, .yaml), or - for standard input',
      { exitCode: 2 },
    );
  }
  return await told(
    () => readGivenProblems(problem ?? '-', readStandardInput),
    ['ProblemInputError', 'DataFileError', 'Error'],
  );
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

/** `--model SPEC`, and `--model ROLE=SPEC` for a role with a model of its own. */
async function resolveModels(
  specs: readonly string[],
  told: Told,
): Promise<{ readonly main: ResolvedModel; readonly byRole: ReadonlyMap<string, ResolvedModel> }> {
  const { resolveModel, modelSpecHelp } = await import('../model/open-model.ts');
  let main: ResolvedModel | undefined;
  const byRole = new Map<string, ResolvedModel>();
  for (const text of specs) {
    const [, role, ofRole] = /^([a-z]+)=(.+)$/s.exec(text) ?? [];
    const model = await told(() => resolveModel(ofRole ?? text), ['ModelSpecError']);
    if (role === undefined) {
      if (main !== undefined) {
        throw new UserError(`--model ${text}: there is a model already; ROLE=MODEL gives a role its own`, {
          exitCode: 2,
        });
      }
      main = model;
    } else if (!roles.includes(role)) {
      throw new UserError(`--model ${text}: there is no role ${role}; there are ${roles.join(', ')}`, {
        exitCode: 2,
      });
    } else byRole.set(role, model);
  }
  if (main === undefined) {
    throw new UserError(`--model is missing: ${modelSpecHelp}`, { exitCode: 2 });
  }
  return { main, byRole };
}

const roles = [
  ...['solve', 'summarise', 'improve', 'verify', 'decide', 'correct', 'score', 'consolidate', 'compare'],
  ...['merge', 'refine'],
];

export function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new UserError(`${flag} ${text}: a whole number from ${least} on is expected`, { exitCode: 2 });
}

export function numberAtLeastZero(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new UserError(`${flag} ${text}: a number from 0 on is expected`, { exitCode: 2 });
}
