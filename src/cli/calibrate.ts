/**
 * `qed calibrate`: how far judges are from people, and from themselves. Every judge, in every style, effort and with or without
 * the reference as asked, grades proofs that people graded; tables, a page and JSON say how well. Killed at any moment, the
 * same command goes on. The exit code is 0 only when everything was graded.
 */
import { type Command, Option } from 'commander';
import type { JudgesAsked, SetsAsked } from './calibrate-setup.ts';
import { repeatable } from './repeatable-option.ts';
import { UserError } from './user-error.ts';

export interface CalibrateOptions extends JudgesAsked, SetsAsked {
  readonly repeats: string;
  readonly parallel: string;
  readonly budget?: string;
  readonly sittingBudget?: string;
  readonly maxUngraded: string;
  readonly run?: string;
  readonly format: 'text' | 'markdown' | 'latex' | 'csv' | 'json';
  readonly json?: boolean;
  readonly out?: string;
  readonly html?: string;
  readonly injections?: string;
  readonly pin?: string;
  readonly drift?: string;
  readonly maxDrift: string;
  readonly check?: string;
  readonly build?: string;
  readonly problems?: string;
  readonly model: readonly string[];
  readonly count: string;
  readonly candidates: string;
  readonly prompt: string;
  readonly maxTokens?: string;
  readonly temperature?: string;
}

/** Which judges, and which proofs. */
export function addCalibrateOptions(command: Command): Command {
  return command
    .addOption(
      repeatable(
        '-j, --judge <judge>',
        'as for qed bench and rl.grader: a model with settings, a preset (rl, proofbench, imo-proofbench), exact or noisy of the lab; several are measured side by side, ensemble(…) is one',
      ),
    )
    .addOption(
      repeatable(
        '--on <set>',
        'proofs that people graded: imo-gradingbench, proofbench-graded, matharena-usamo2025, matharena-imo2025, a file or directory of a known form, hub:OWNER/NAME; or lab',
      ),
    )
    .option('--styles <list>', 'prompt styles: simple,opc,proofbench,proofbench-strict,gimo,imo-proofbench')
    .option('--efforts <list>', 'reasoning efforts: low,medium,high')
    .option('--reference <list>', 'with,without the reference solution')
    .option('--repeats <n>', 'gradings of each proof, for the judge’s agreement with itself', '1')
    .option('--limit <n>', 'most proofs of a set: whole problems in a seeded order')
    .option(
      '--threshold <points>',
      'where people only said right or wrong: the points from which a judge says right (default: the source’s, else 6)',
    )
    .option('--seed <n>', 'where random choices come from', '1');
}

export function addCalibrateCommand(program: Command): void {
  const command = program
    .command('calibrate')
    .summary('how far judges are from people, and from themselves')
    .description(
      'Has proofs that people graded graded by judges, and prints for each judge, prompt style, effort and with or ' +
        'without the reference solution: advantage error, absolute error, bias, agreement, κ and correlations with ' +
        'intervals, bias by score and length, stability over repeats, what could not be graded, cost and latency; paired ' +
        'tests between judges; and what graders come to that read nothing.',
    );
  addCalibrateOptions(command)
    .option(
      '--injections <n>',
      'also plant attacks of several kinds in so many wrong proofs of each set, and say how much grades rise',
    )
    .option('--pin <file>', 'keep the grades in a file, for a later --drift')
    .option(
      '--drift <file>',
      'ask pinned judges again about the pinned proofs; exits 1 where one has drifted. Judges, sets and all else are the pin’s; --judge names others in their place, --on the sets where they lie now',
    )
    .option('--max-drift <points>', 'how far a mean grade or an advantage error may have moved', '0.25')
    .option(
      '--check <name>',
      'names a drift check: another name asks everything anew (default: today’s date)',
    )
    .option(
      '--build <dir>',
      'make a set: candidates of the models at drawn problems, graded by the judge, which --on then reads',
    )
    .option('--problems <rows>', 'with --build: JSONL of problems, or the directory of a step of qed data')
    .addOption(repeatable('-m, --model <model>', 'with --build: whose candidates, in turn; as for qed prove'))
    .option('--count <n>', 'with --build: problems that are drawn', '60')
    .option('--candidates <n>', 'with --build: of each problem', '4')
    .option(
      '--prompt <name>',
      'with --build: what the models are asked with, as for qed data difficulty',
      'prove',
    )
    .option('--max-tokens <n>', 'with --build: most tokens of a reply (default: the model’s)')
    .option('--temperature <t>', 'with --build: sampling temperature (default: the model’s)')
    .option('--parallel <n>', 'proofs that are graded at once', '16')
    .option('-b, --budget <budget>', 'most that the run may spend: "20M tokens", "$50"')
    .option('--sitting-budget <budget>', 'most that this command may spend; the next one goes on')
    .option('--max-ungraded <share>', 'largest share of proofs that a judge may fail to grade', '0.05')
    .option('--run <dir>', 'run directory (default: runs/calibrate- with the sets’ names and a digest)')
    .addOption(
      new Option('--format <format>', 'of the tables')
        .choices(['text', 'markdown', 'latex', 'csv', 'json'])
        .default('text'),
    )
    .option('--json', 'the same as --format json')
    .option('--out <file>', 'write the tables there instead of standard output')
    .option(
      '--html <file>',
      'where the page with pictures goes (default: calibration.html in the run directory)',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ qed calibrate --judge gpt-oss-20b --on imo-gradingbench --styles simple,opc,proofbench,proofbench-strict,gimo --limit 100
  $ qed calibrate --judge rl --judge "rl(model=gpt-oss-120b)" --efforts medium,high --reference without,with --on human.jsonl
  $ qed calibrate --judge gemini-3-pro --on imo-gradingbench --repeats 3 --budget '$20' --format latex --out judges.tex
  $ qed calibrate --judge rl --on human.jsonl --injections 20 --pin rl.pin.json
  $ qed calibrate --drift rl.pin.json
  $ qed calibrate --build runs/in-distribution --problems runs/curate/select --model base --model teacher \\
      --judge proofbench --budget '$30'
  $ qed calibrate --judge rl --reference with,without --on runs/in-distribution/set.jsonl
  $ qed calibrate --judge noisy --on "lab(problems=200,proofs=4)"`,
    )
    .action(async (options: CalibrateOptions, self: Command) => {
      process.exitCode = await calibrate(options, (name) => self.getOptionValueSource(name) === 'cli');
    });
}

/** Returns the exit code. `isGiven` tells what stands on the command line from what is a default. */
async function calibrate(
  given: CalibrateOptions,
  isGiven: (option: keyof CalibrateOptions) => boolean,
): Promise<number> {
  if (given.build !== undefined) {
    const { buildSet } = await import('./calibrate-build.ts');
    return await buildSet(given, isGiven);
  }
  const { told, wholeNumber, readBudget } = await import('./prove-setup.ts');
  const { share } = await import('./bench.ts');
  const { openSets, resolveArms } = await import('./calibrate-setup.ts');
  const { driftIdentity, driftSetup } = await import('./calibrate-drift.ts');
  const { findProveDirectory, beginProveDirectory } = await import('./prove-directory.ts');
  const { assertPriced } = await import('../prove/price-check.ts');
  const drift = given.drift === undefined ? undefined : await driftSetup(given.drift, given, isGiven);
  const options: CalibrateOptions = { ...given, ...drift?.asked };
  const repeats = wholeNumber('--repeats', options.repeats, 1);
  const parallel = wholeNumber('--parallel', options.parallel, 1);
  const seed = wholeNumber('--seed', options.seed, 0);
  const maxUngraded = share('--max-ungraded', options.maxUngraded);
  const injections =
    options.injections === undefined ? 0 : wholeNumber('--injections', options.injections, 1);
  const budgets = {
    run: await readBudget('--budget', options.budget),
    problem: {},
    sitting: await readBudget('--sitting-budget', options.sittingBudget),
  };
  const { sets, remarks } = await openSets(options);
  const problems = sets.flatMap(({ proofs }) => proofs.map(({ problem }) => problem));
  if (problems.length === 0) throw new UserError('--on: there are no proofs in it', { exitCode: 1 });
  const { arms, remarks: ofArms } = await resolveArms(options, problems);
  await told(
    () =>
      assertPriced(
        arms.flatMap(({ grader }) => grader.models),
        budgets,
      ),
    ['UnpricedModelError'],
  );
  // Judges, repeats, limits and budgets may change from sitting to sitting; a drift check asks anew.
  const identity = {
    ...{ sets: sets.map(({ digest }) => digest), seed },
    ...(drift && driftIdentity(drift, sets, arms)),
  };
  const name = [...(drift === undefined ? [] : ['drift']), ...sets.map((set) => set.name)].join('-');
  const place = findProveDirectory(name, identity, options.run, 'calibrate');
  await beginProveDirectory(place, identity, 'calibrate');
  const { runCalibrate } = await import('./calibrate-run.ts');
  const asked = {
    ...{ seed, repeats, on: [...options.on] },
    limit: options.limit === undefined ? null : Number(options.limit),
    threshold: options.threshold === undefined ? null : Number(options.threshold),
  };
  return await runCalibrate({
    ...{ sets, arms, repeats, parallel, seed, maxUngraded, budgets, place, injections },
    remarks: [...remarks, ...ofArms],
    ...(options.pin === undefined ? {} : { pin: { file: options.pin, asked } }),
    ...(drift === undefined ? {} : { drift }),
    output: {
      format: options.json === true ? 'json' : options.format,
      ...(options.out === undefined ? {} : { out: options.out }),
      ...(options.html === undefined ? {} : { html: options.html }),
    },
  });
}
