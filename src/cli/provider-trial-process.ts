/**
 * A program: tries the execution provider named by its argument and prints the outcome as one line of JSON, the
 * trial's figures or the fault.
 */
import { ExecutionProviderError } from '../engine/ort/execution-provider.ts';
import { executionProviders } from '../engine/ort/provider-names.ts';
import { tryProvider } from '../engine/ort/provider-trial.ts';

const provider = executionProviders.find((name) => name === process.argv[2]);
if (provider === undefined) throw new Error(`there is no execution provider ${process.argv[2]}`);
const outcome = await tryProvider(provider).catch((error: unknown) => {
  if (error instanceof ExecutionProviderError) return error.fault;
  throw error;
});
process.stdout.write(`${JSON.stringify(outcome)}\n`);
