// usage: step-program.ts import|filter ARGUMENTS…: runs a step of `qed data` in this process, and prints its peak memory.
import { Command } from 'commander';
import { addDataCommand } from '../../../src/cli/data.ts';

const program = new Command();
addDataCommand(program);
const began = performance.now();
await program.parseAsync(['data', ...process.argv.slice(2)], { from: 'user' });
const seconds = (performance.now() - began) / 1000;
// Kilobytes, as the system counts the largest that was resident.
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(`\n${JSON.stringify({ peakBytes, seconds })}\n`);
