/** Tries an execution provider in a thread of its own: compiling kernels and running them blocks. */

import { env } from 'onnxruntime-node';
import { ExecutionProviderError, type ProviderFault } from './execution-provider.ts';
import type { ExecutionProvider } from './provider-names.ts';
import { type ProviderTrial, tryProvider } from './provider-trial.ts';
import { serve } from './rpc.ts';

export type ProviderTrialService = {
  /** What the trial said, or why the provider cannot compute. */
  try(provider: ExecutionProvider): Promise<ProviderTrial | ProviderFault>;
};

// Before the first session: of a library that cannot be loaded onnxruntime tells at length, and the error says it all.
env.logLevel = 'fatal';

serve<ProviderTrialService>(
  {
    async try(provider) {
      try {
        return await tryProvider(provider);
      } catch (error) {
        if (error instanceof ExecutionProviderError) return error.fault;
        throw error;
      }
    },
  },
  { order: 'serial' },
);
