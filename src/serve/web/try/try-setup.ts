/**
 * What a person asks to be tried, read and checked before anything is loaded or spent, as `qed prove` does; and what it would
 * take, as `qed plan` says. Keys come from the environment only: a spec from a browser names none.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type ResolvedModel, resolveModel } from '../../../model/open-model.ts';
import { problemSchema } from '../../../problems/problem.ts';
import { budgetText, parseBudget } from '../../../prove/budget.ts';
import { estimate } from '../../../prove/estimate.ts';
import { markdownToHtml } from '../../../prove/markdown-html.ts';
import { createMathematics } from '../../../prove/mathematics.ts';
import { assertPriced } from '../../../prove/price-check.ts';
import { type RunIdentity, runIdentity, runName } from '../../../prove/run-identity.ts';
import { type MeasuredCall, readMeasuredCalls } from '../../../prove/spend-record.ts';
import type { Budgets } from '../../../prove/within-budgets.ts';
import { plannedCalls, resolveScaffold, scaffoldWarnings } from '../../../scaffold/create-scaffold.ts';
import type { Interval } from '../../../stats/interval.ts';
import type { TryPlan, TryRange, TryRequest } from '../../../view/api/try.ts';
import { safeHtml } from '../../../view/safe-html.ts';
import type { Workplace } from '../../../view/workplace.ts';
import { ApiError, invalidRequest } from '../../api-error.ts';

const requestSchema: z.ZodType<TryRequest> = z.object({
  problem: z.string().trim().min(1, 'write a problem, or choose one').max(200_000),
  model: z.string().trim().min(1, 'choose a model').max(2000),
  roles: z.string().trim().max(8000).default(''),
  scaffold: z.string().trim().min(1, 'choose a scaffold').max(2000),
  budget: z.string().trim().max(200),
  attempts: z.int().min(1).max(64),
  asks: z.enum(['proof', 'answer']),
  maxTokens: z.int().min(1).max(10_000_000).nullable(),
});

export interface TrySetup {
  readonly request: TryRequest;
  readonly given: { readonly problems: readonly [ReturnType<typeof problemSchema.parse>] };
  readonly main: ResolvedModel;
  readonly byRole: ReadonlyMap<string, ResolvedModel>;
  readonly identity: RunIdentity;
  readonly budgets: Budgets;
  readonly remarks: readonly string[];
  /** Name of the run directory below the served folder. */
  readonly name: string;
}

/** Throws an ApiError of 400 that names what is wrong and what was expected. */
export async function readTry(body: unknown): Promise<TrySetup> {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalidRequest(issue?.path.join('.'), `${issue?.path.join('.') ?? 'request'}: ${issue?.message}`);
  }
  const request = parsed.data;
  if (/,\s*key\s*=/.test(`${request.model}\n${request.roles}`)) {
    throw invalidRequest(
      'model',
      'model: which key is sent where is not said in a browser. Name it in a preset, or start qed prove from a terminal',
    );
  }
  const problem = problemSchema.parse({ id: 'problem', statement: request.problem });
  const scaffold = await told('scaffold', () => resolveScaffold(request.scaffold));
  const run = await told('budget', () => (request.budget === '' ? {} : parseBudget(request.budget)));
  const budgets: Budgets = { run, problem: {}, sitting: {} };
  const main = await told('model', () => resolveModel(request.model));
  const byRole = await modelsOfRoles(request.roles, scaffold.canonical);
  await told('budget', () => assertPriced([main, ...byRole.values()], budgets));
  const identity = runIdentity({
    ...{ problems: [problem], scaffold: scaffold.canonical, asks: request.asks, main, byRole, seed: 1 },
    maxTokens: request.maxTokens ?? undefined,
  });
  return {
    ...{ request, main, identity, budgets },
    given: { problems: [problem] },
    byRole,
    remarks: [
      ...scaffoldWarnings(request.scaffold, request.asks),
      ...[main, ...byRole.values()].flatMap((model) => model.remarks),
    ],
    name: runName(firstWords(request.problem), identity, 'try'),
  };
}

/** Throws an ApiError of 400 for a line of another form, and for a role that the scaffold has not. */
async function modelsOfRoles(text: string, scaffold: string): Promise<ReadonlyMap<string, ResolvedModel>> {
  const roles = plannedCalls(scaffold).steps.map(({ role }) => role);
  const models = new Map<string, ResolvedModel>();
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const [, role = '', spec = ''] = /^\s*([a-z-]+)\s*=\s*(\S.*?)\s*$/.exec(line) ?? [];
    if (role === '')
      throw invalidRequest(
        'roles',
        `roles: ${JSON.stringify(line)} is no ROLE=MODEL, such as verify=qed-nano`,
      );
    if (!roles.includes(role))
      throw invalidRequest('roles', `roles: ${scaffold} has no role ${role}; it has ${roles.join(', ')}`);
    if (models.has(role)) throw invalidRequest('roles', `roles: ${role} is there twice`);
    models.set(role, await told('roles', () => resolveModel(spec)));
  }
  return models;
}

/** Nothing is loaded and nobody is called. */
export async function planTry(setup: TrySetup, workplace: Workplace): Promise<TryPlan> {
  const { main, identity, budgets, request, remarks, name } = setup;
  const [{ statement }] = setup.given.problems;
  const result = estimate({
    plan: plannedCalls(identity.scaffold),
    statementTokens: [Math.ceil(Buffer.byteLength(statement) / 3)],
    attempts: request.attempts,
    maxTokens: identity.maxTokens,
    modelOf: (role) => setup.byRole.get(role) ?? main,
    measured: await measuredIn(workplace),
  });
  return {
    statement: safeHtml(markdownToHtml(statement, createMathematics())),
    model: [main.name, ...[...setup.byRole].map(([role, { name }]) => `${role}: ${name}`)].join(', '),
    scaffold: identity.scaffold,
    budget: budgetText(budgets.run),
    maxTokens: identity.maxTokens,
    calls: rangeOf(result.calls),
    tokens: rangeOf(result.tokens),
    dollars: result.dollars === undefined ? null : rangeOf(result.dollars),
    mostTokens: result.mostTokens,
    mostDollars: result.mostDollars ?? null,
    roles: result.roles.map(({ role, calls, promptTokens, completionTokens, measuredCalls }) => ({
      role,
      calls: rangeOf(calls),
      promptTokens: rangeOf(promptTokens),
      completionTokens: rangeOf(completionTokens),
      measured: measuredCalls,
    })),
    remarks,
    run: name,
    isNew: !existsSync(path.join(workplace.root, name, 'prove.json')),
  };
}

/** Calls that runs of the folder recorded. A run that cannot be read says nothing of sizes. */
async function measuredIn(workplace: Workplace): Promise<MeasuredCall[]> {
  const calls: MeasuredCall[] = [];
  for (const { id, kind } of workplace.runs()) {
    if ((kind !== 'prove' && kind !== 'bench') || !workplace.hasJournal(id)) continue;
    const own = await workplace
      .journal(id, async (journal) => await readMeasuredCalls((stream) => journal.events(stream)))
      .catch(() => []);
    for (const call of own) calls.push(call);
  }
  return calls;
}

function rangeOf({ low, estimate: middle, high }: Interval): TryRange {
  return { low, middle, high };
}

function firstWords(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, 5).join(' ');
}

/** What these throw is for a person to mend. */
async function told<T>(field: keyof TryRequest, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw invalidRequest(field, `${field}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
