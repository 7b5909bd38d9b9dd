/**
 * A sampler core in a thread of its own. Weights arrive in shared memory, from which they are written into the
 * graphs; calls run concurrently and join one another's batches.
 */
import type { ModelConfig, PolicyVersion, Sample, Sampler } from '../engine.ts';
import type { ExecutionProvider } from './provider-names.ts';
import { serve } from './rpc.ts';
import { SamplerCore } from './sampler-core.ts';
import type { SequenceRequest } from './sequence-request.ts';
import type { TokenBytes } from './token-bytes.ts';

export type SamplerService = {
  start(options: {
    readonly config: ModelConfig;
    readonly weights: SharedArrayBuffer;
    readonly version: PolicyVersion;
    readonly kind: Sampler['kind'];
    readonly threads: number;
    readonly provider: ExecutionProvider;
    readonly maximumRows: number;
    readonly cacheBytes: number;
    readonly tokenBytes: TokenBytes | undefined;
    readonly promptLogprobs: boolean;
  }): Promise<void>;
  sample(request: SequenceRequest): Promise<Sample[]>;
  setWeights(update: { readonly weights: SharedArrayBuffer; readonly version: PolicyVersion }): Promise<void>;
  usage(argument: undefined): Promise<ReturnType<SamplerCore['usage']>>;
};

let starting: Promise<SamplerCore> | undefined;

function started(): Promise<SamplerCore> {
  if (starting === undefined) throw new Error('the sampler has not been started');
  return starting;
}

serve<SamplerService>(
  {
    async start({ weights, ...options }) {
      starting = SamplerCore.create({ ...options, flat: new Float32Array(weights) });
      await starting;
    },
    sample: async (request, { signal }) => (await started()).sample(request, signal),
    setWeights: async ({ weights, version }) =>
      (await started()).setWeights(new Float32Array(weights), version),
    usage: async () => (await started()).usage(),
  },
  {
    order: 'concurrent',
    // A start that failed has been reported to its caller and left nothing to close.
    onClose: async () => (await starting?.catch(() => undefined))?.close(),
  },
);
