/**
 * `qed plan`: what `qed prove` with the same arguments would call, how many tokens and how much money, with an interval.
 * Nothing is loaded, nobody is called, nothing is written.
 */
import type { Command } from 'commander';
import type { Estimate } from '../prove/estimate.ts';
import type { PlannedCalls, PlannedStep } from '../scaffold/plan.ts';
import type { Interval } from '../stats/interval.ts';
import { addSuiteOptions } from './bench.ts';
import type { SuiteOptions } from './bench-setup.ts';
import type { ResolvedJudge } from './judge-setup.ts';
import { addPlanCalibrateCommand } from './plan-calibrate.ts';
import { addPlanRunCommand } from './plan-run.ts';
import { addSetupOptions } from './prove.ts';
import type { Setup, SetupOptions } from './prove-setup.ts';
import { repeatable } from './repeatable-option.ts';
import { printScaffoldHelp } from './scaffold-help.ts';
import { UserError } from './user-error.ts';

interface PlanOptions extends SetupOptions, SuiteOptions {
  readonly suite?: string;
  readonly judge: readonly string[];
  readonly attempts: string;
  readonly runs?: string;
  readonly measured?: string;
  readonly json?: boolean;
}

export function addPlanCommand(program: Command): void {
  const command = program
    .command('plan')
    .summary('what qed prove would call and cost, before anything is spent')
    .description(
      'Says how many calls qed prove, or with --suite qed bench, with the same arguments would make, how many tokens and how much money they would ' +
        'take, with an interval. Sizes come from recorded calls of the same model where there are runs with some, else ' +
        'from assumptions. Nothing is loaded and nobody is called.',
    )
    .argument('[problem]', 'a text, a file, or - for standard input, as for qed prove');
  addSetupOptions(command)
    .option('--attempts <n>', 'proofs of each problem', '1')
    .option('--suite <suite>', 'plan qed bench: the suite in place of the problem')
    .option('-n, --runs <n>', 'with --suite: attempts at each problem, as qed bench calls them')
    .addOption(repeatable('-j, --judge <judge>', 'with --suite: the judge, as for qed bench'));
  addSuiteOptions(command)
    .option(
      '--measured <run>',
      'run whose recorded calls the sizes come from (default: all runs of qed prove, bench and grade in runs/)',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed plan imo.jsonl --model qed-nano --scaffold rsa --budget "20M tokens"
  $ qed plan imo.jsonl --model gemini-3-pro --scaffold deepseek-math --json
  $ qed plan calibrate --judge rl --on imo-gradingbench --reference with,without
  $ qed plan run qed-nano-rl --cluster paper
  $ qed plan --suite imo-proofbench --model qed-nano --scaffold rsa --judge gemini-3-pro --runs 3`,
    )
    .action(async (problem: string | undefined, options: PlanOptions) => {
      process.exitCode = await plan(problem, options);
    });
  // Options after the name of a command below are that command's.
  command.enablePositionalOptions();
  addPlanCalibrateCommand(command);
  addPlanRunCommand(command);
}

/** Returns the exit code. */
async function plan(problem: string | undefined, options: PlanOptions): Promise<number> {
  if (await printScaffoldHelp(options)) return 0;
  const { wholeNumber } = await import('./prove-setup.ts');
  const attempts =
    options.runs === undefined
      ? wholeNumber('--attempts', options.attempts, 1)
      : wholeNumber('--runs', options.runs, 1);
  const { setup, judge } = await planned(problem, options);
  const { plannedCalls } = await import('../scaffold/create-scaffold.ts');
  const { estimate } = await import('../prove/estimate.ts');
  const { main, byRole, identity, given } = setup;
  const { measuredCalls } = await import('./measured-calls.ts');
  const measured = await measuredCalls(options.measured);
  const result = estimate({
    plan: withJudge(plannedCalls(identity.scaffold), judge),
    statementTokens: given.problems.map(({ statement }) => Math.ceil(Buffer.byteLength(statement) / 3)),
    attempts,
    maxTokens: identity.maxTokens,
    modelOf: (role) => (role === judgeRole ? judge?.models[0] : byRole.get(role)) ?? main,
    limitOf: (role) =>
      role === judgeRole ? (judge?.models[0]?.defaults.maxTokens ?? usualJudgeTokens) : undefined,
    measured,
  });
  const text =
    options.json === true
      ? `${JSON.stringify(asJson(result, setup, attempts), null, 2)}\n`
      : await asText(result, setup, attempts);
  process.stdout.write(text);
  return 0;
}

const judgeRole = 'judge';
/** Of a judge's reply, where neither its spec nor its model says. */
const usualJudgeTokens = 16_384;

interface Planned {
  readonly setup: Setup;
  readonly judge: ResolvedJudge | undefined;
}

/** What is asked with: a problem, or a suite and a judge. Throws a UserError. */
async function planned(problem: string | undefined, options: PlanOptions): Promise<Planned> {
  const { prepare, prepareWith } = await import('./prove-setup.ts');
  if (options.suite === undefined) {
    for (const [flag, isGiven] of [
      ['--judge', options.judge.length > 0],
      ['--runs', options.runs !== undefined],
    ] as const)
      if (isGiven) throw new UserError(`${flag} goes with --suite`, { exitCode: 2 });
    return { setup: await prepare(problem, options), judge: undefined };
  }
  if (problem !== undefined)
    throw new UserError('a problem and --suite: only one of them is expected', { exitCode: 2 });
  const { prepareSuite } = await import('./bench-setup.ts');
  const { resolveJudge } = await import('./judge-setup.ts');
  const suite = await prepareSuite(options.suite, options);
  const asks = suite.kind;
  const setup = await prepareWith(async () => suite, { ...options, asks });
  return { setup, judge: await resolveJudge(options.judge, suite) };
}

/** Gradings beside a scaffold's calls. Ensembles are taken at the price of their first model. */
function withJudge(plan: PlannedCalls, judge: ResolvedJudge | undefined): PlannedCalls {
  if (judge === undefined || judge.models.length === 0) return plan;
  const { least, most } = judge.calls;
  const step: PlannedStep = {
    ...{ role: judgeRole, least, most, expected: Math.max(least, expectedJudgeCalls) },
    reads: { proofs: 1 },
    writes: 'report',
    mayRepeat: false,
  };
  return {
    least: plan.least + least,
    most: plan.most + most,
    expected: plan.expected + step.expected,
    mayRepeat: plan.mayRepeat,
    steps: [...plan.steps, step],
  };
}

/** Of a judge of final answers, which a comparison mostly decides: an assumption. */
const expectedJudgeCalls = 0.2;

async function asText(result: Estimate, setup: Setup, attempts: number): Promise<string> {
  const { budgetText, dollarsText } = await import('../prove/budget.ts');
  const { given, identity, budgets, main, byRole, remarks } = setup;
  const count = given.problems.length;
  const models = [main.name, ...[...byRole].map(([role, { name }]) => `${role}: ${name}`)].join(', ');
  const rows = result.roles.map(
    ({ role, calls, promptTokens, completionTokens, measuredCalls: recorded }) => [
      role,
      spanText(calls, wholeText),
      `~${wholeText(promptTokens.estimate)}`,
      spanText(completionTokens, wholeText),
      recorded > 0 ? `${recorded} recorded calls` : 'assumed',
    ],
  );
  const table = columns([['role', 'calls', 'prompt tokens', 'reply tokens', 'from'], ...rows]);
  const most = [
    `${wholeText(result.mostTokens)} tokens`,
    ...(result.mostDollars === undefined || result.mostDollars === 0
      ? []
      : [dollarsText(result.mostDollars)]),
  ].join(', ');
  const money =
    result.dollars === undefined
      ? 'unknown: a model has no price (write --model MODEL,price=PROMPT/REPLY)'
      : result.dollars.high === 0
        ? 'none: the models are free'
        : spanText(result.dollars, dollarsText);
  const lines = [
    `${count} ${count === 1 ? 'problem' : 'problems'}${attempts > 1 ? `, ${attempts} attempts each` : ''}; ${models}; ${identity.scaffold}; replies of up to ${wholeText(identity.maxTokens)} tokens`,
    ...remarks,
    '',
    'For one attempt at one problem:',
    ...table,
    '',
    `calls   ${spanText(result.calls, wholeText)}`,
    `tokens  ${spanText(result.tokens, wholeText)}`,
    `money   ${money}`,
    `with every reply at its limit: ${most}`,
    ...(Object.keys(budgets.run).length === 0
      ? []
      : [`budget  ${budgetText(budgets.run)}: ${verdictOn(result, budgets.run)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** `39`, `60 (20 to 60)`. */
function spanText({ estimate: middle, low, high }: Interval, text: (value: number) => string): string {
  const [shown, least, most] = [text(middle), text(low), text(high)];
  return least === shown && most === shown ? shown : `${shown} (${least} to ${most})`;
}

/** Three digits of large numbers: an estimate has no more. */
function wholeText(value: number): string {
  const scale = value < 1000 ? 1 : 10 ** (Math.floor(Math.log10(value)) - 2);
  return (Math.round(value / scale) * scale).toLocaleString('en-US', { maximumFractionDigits: 0 });
}

function verdictOn(result: Estimate, { tokens, dollars }: Setup['budgets']['run']): string {
  const over = (cap: number | undefined, interval: Interval | undefined): 'no' | 'maybe' | 'yes' =>
    cap === undefined || interval === undefined || interval.high <= cap
      ? 'no'
      : interval.low > cap
        ? 'yes'
        : 'maybe';
  const verdicts = [over(tokens, result.tokens), over(dollars, result.dollars)];
  if (verdicts.includes('yes'))
    return 'less than it would take; what it buys is the best so far when it ends';
  if (verdicts.includes('maybe')) return 'may end before the scaffold does';
  return 'enough';
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}

function asJson(result: Estimate, { given, identity, budgets }: Setup, attempts: number): unknown {
  return {
    problems: given.problems.length,
    attempts,
    scaffold: identity.scaffold,
    models: identity.models,
    maxTokens: identity.maxTokens,
    budgets,
    ...result,
    dollars: result.dollars ?? null,
    mostDollars: result.mostDollars ?? null,
  };
}
