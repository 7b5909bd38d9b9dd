/**
 * Which execution providers compute on this machine: each that onnxruntime was built with is tried, in a process of
 * its own, because a driver at fault can end the process that calls it. A provider that does not work is no failure,
 * for the processor needs none; a run that asks for it is refused.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtProviders, type ProviderFault } from '../engine/ort/execution-provider.ts';
import type { ExecutionProvider } from '../engine/ort/provider-names.ts';
import type { ProviderTrial } from '../engine/ort/provider-trial.ts';
import { siblingModule } from '../engine/ort/rpc.ts';
import type { CheckResult } from './doctor-checks.ts';

/** Kernels are compiled for the first time; software adapters take their time. */
const patienceMilliseconds = 120_000;

type Outcome = ProviderTrial | ProviderFault;

/** One result a provider other than the processor, in onnxruntime's order. */
export async function checkProviders(
  trial: (provider: ExecutionProvider) => Promise<Outcome> = tryInProcess,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const provider of builtProviders()) {
    if (provider !== 'cpu') results.push(judgeProvider(provider, await trial(provider)));
  }
  return results;
}

export function judgeProvider(provider: ExecutionProvider, outcome: Outcome): CheckResult {
  const name = `provider ${provider}`;
  if (!('reason' in outcome)) {
    const found = `computes what the processor does (within ${outcome.difference.toExponential(0)})`;
    return { name, status: 'ok', found };
  }
  const mend = outcome.mend ?? 'Not needed: without engine.provider the processor computes.';
  return { name, status: 'none', found: outcome.reason, mend };
}

async function tryInProcess(provider: ExecutionProvider): Promise<Outcome> {
  const program = [fileURLToPath(siblingModule('provider-trial-process', import.meta.url)), provider];
  return await new Promise((resolve) => {
    execFile(process.execPath, program, { timeout: patienceMilliseconds }, (error, stdout) => {
      const answer = stdout.trimEnd().split('\n').at(-1) ?? '';
      if (answer.startsWith('{')) resolve(JSON.parse(answer) as Outcome);
      else
        resolve({
          reason: `the trial ended without an answer (${error?.signal ?? error?.code ?? 'no error'})`,
        });
    });
  });
}
