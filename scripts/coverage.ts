// npm run coverage: the long form of src/stats/coverage.test.ts. Samples worlds of which the truth is known and prints
// how often the intervals, tests and ranks of src/stats hold it. Not a test: the exit code is 0 whatever comes out.
import { parseArgs } from 'node:util';
import { simulate, simulations } from '../src/stats/coverage-fixture.ts';

const usage = `usage: npm run coverage -- [GROUP…] [options]
  GROUP       ${Object.keys(simulations).join(', ')} (default: all)
  --trials N  samples of each world (default 2000)
  --seed N    of the samples (default 1)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    trials: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean' },
  },
});
const [trials, seed] = [Number(values.trials), Number(values.seed)];
const groups = positionals.length > 0 ? positionals : Object.keys(simulations);
if (
  values.help ||
  !groups.every((group) => group in simulations) ||
  !(Number.isInteger(trials) && trials >= 1 && Number.isInteger(seed))
) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}

for (const make of groups.flatMap((group) => simulations[group] ?? [])) {
  const simulation = make();
  const error = Math.sqrt((simulation.nominal * (1 - simulation.nominal)) / trials);
  console.log(`${simulation.name}: ${simulation.counts}`);
  console.log(`  should be ${simulation.nominal}; standard error of a share ${error.toFixed(4)}`);
  for (const [line, share] of Object.entries(simulate(simulation, trials, seed))) {
    console.log(`  ${share.toFixed(3)}  ${line}`);
  }
}
