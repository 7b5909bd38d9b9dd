/**
 * The trial of an execution provider, made once a process before the provider is first used. The processor needs none.
 */
import './no-telemetry.ts';
import { ExecutionProviderError } from './execution-provider.ts';
import type { ExecutionProvider } from './provider-names.ts';
import type { ProviderTrial } from './provider-trial.ts';
import type { ProviderTrialService } from './provider-trial-worker.ts';
import { siblingModule, WorkerClient } from './rpc.ts';

const trials = new Map<ExecutionProvider, Promise<ProviderTrial>>();

/** Resolves when a provider has been tried and works. Rejects with an ExecutionProviderError that says why not. */
export async function assertProviderWorks(provider: ExecutionProvider): Promise<void> {
  if (provider === 'cpu') return;
  const trial = trials.get(provider) ?? tried(provider);
  trials.set(provider, trial);
  await trial;
}

async function tried(provider: ExecutionProvider): Promise<ProviderTrial> {
  const module = siblingModule('provider-trial-worker', import.meta.url);
  const client = new WorkerClient<ProviderTrialService>(module, 'provider trial');
  try {
    const outcome = await client.call('try', provider);
    if ('reason' in outcome) throw new ExecutionProviderError(provider, outcome);
    return outcome;
  } finally {
    await client.close();
  }
}
