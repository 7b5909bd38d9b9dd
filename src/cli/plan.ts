/**
 * `qed plan`: what `qed prove` with the same arguments would call, how many tokens and how much money, with an interval.
 * Nothing is loaded, nobody is called, nothing is written.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { Estimate } from '../prove/estimate.ts';
import type { MeasuredCall } from '../prove/spend-record.ts';
import type { Interval } from '../stats/interval.ts';
import { addSetupOptions } from './prove.ts';
import type { Setup, SetupOptions } from './prove-setup.ts';
import { UserError } from './user-error.ts';

interface PlanOptions extends SetupOptions {
  readonly attempts: string;
  readonly measured?: string;
  readonly json?: boolean;
}

export function addPlanCommand(program: Command): void {
  const command = program
    .command('plan')
    .summary('what qed prove would call and cost, before anything is spent')
    .description(
      'Says how many calls qed prove with the same arguments would make, how many tokens and how much money they would ' +
        'take, with an interval. Sizes come from recorded calls of the same model where there are runs with some, else ' +
        'from assumptions. Nothing is loaded and nobody is called.',
    )
    .argument('[problem]', 'a text, a file, or - for standard input, as for qed prove');
  addSetupOptions(command)
    .option('--attempts <n>', 'proofs of each problem', '1')
    .option(
      '--measured <run>',
      'run whose recorded calls the sizes come from (default: all runs of qed prove in runs/)',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed plan imo.jsonl --model qed-nano --scaffold rsa --budget "20M tokens"
  $ qed plan imo.jsonl --model gemini-3-pro --scaffold deepseek-math --json`,
    )
    .action(async (problem: string | undefined, options: PlanOptions) => {
      process.exitCode = await plan(problem, options);
    });
}

/** Returns the exit code. */
async function plan(problem: string | undefined, options: PlanOptions): Promise<number> {
  const { prepare, wholeNumber } = await import('./prove-setup.ts');
  const attempts = wholeNumber('--attempts', options.attempts, 1);
  const setup = await prepare(problem, options);
  const { plannedCalls } = await import('../scaffold/create-scaffold.ts');
  const { estimate } = await import('../prove/estimate.ts');
  const { main, byRole, identity, given } = setup;
  const measured = await measuredCalls(options.measured);
  const result = estimate({
    plan: plannedCalls(identity.scaffold),
    statementTokens: given.problems.map(({ statement }) => Math.ceil(Buffer.byteLength(statement) / 3)),
    attempts,
    maxTokens: identity.maxTokens,
    modelOf: (role) => byRole.get(role) ?? main,
    measured,
  });
  const text =
    options.json === true
      ? `${JSON.stringify(asJson(result, setup, attempts), null, 2)}\n`
      : await asText(result, setup, attempts);
  process.stdout.write(text);
  return 0;
}

/** Calls of one run, or of every run of `qed prove` in runs/. */
async function measuredCalls(given: string | undefined): Promise<MeasuredCall[]> {
  const { JournalReader } = await import('../journal/journal-reader.ts');
  const { readMeasuredCalls } = await import('../prove/spend-record.ts');
  const hasJournal = (directory: string): boolean => existsSync(path.join(directory, 'journal.db'));
  if (given !== undefined && !hasJournal(given)) {
    throw new UserError(`--measured ${given}: there is no run`, { exitCode: 1 });
  }
  const directories =
    given === undefined
      ? (existsSync('runs') ? readdirSync('runs') : [])
          .filter((name) => name.startsWith('prove-'))
          .map((name) => path.join('runs', name))
          .filter(hasJournal)
      : [given];
  const calls: MeasuredCall[] = [];
  for (const directory of directories) {
    const reader = new JournalReader(directory);
    try {
      for (const call of await readMeasuredCalls((stream) => reader.events(stream))) calls.push(call);
    } finally {
      reader.close();
    }
  }
  return calls;
}

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
