/**
 * Execution providers of onnxruntime: what computes a session's operators. The provider is a setting and is never
 * silently replaced: by itself onnxruntime gives operators that a provider lacks to the processor, which is forbidden
 * here for every provider but `cpu`; a session that would need it is refused with an error that says what to set.
 */
import './no-telemetry.ts';
import { InferenceSession, listSupportedBackends } from 'onnxruntime-node';

/** By onnxruntime-node's names; which of them a binary has depends on the platform. */
export const executionProviders = ['cpu', 'cuda', 'tensorrt', 'webgpu', 'coreml', 'dml'] as const;
export type ExecutionProvider = (typeof executionProviders)[number];

const fullName: Readonly<Record<ExecutionProvider, string>> = {
  cpu: 'the processor',
  cuda: 'CUDA',
  tensorrt: 'TensorRT',
  webgpu: 'WebGPU',
  coreml: 'Core ML',
  dml: 'DirectML',
};

/** Where onnxruntime-node 1.30 brings a provider for. */
const platformsOf: Readonly<Record<ExecutionProvider, string>> = {
  cpu: 'every platform',
  cuda: 'Linux on x64',
  tensorrt: 'Linux on x64',
  webgpu: 'Linux on x64, macOS and Windows',
  coreml: 'macOS',
  dml: 'Windows',
};

const wayOut = 'set engine.provider: cpu, or see `qed doctor` for what works here';

/** A provider that cannot compute here. The message names it, what is missing, and what can be set instead. */
export class ExecutionProviderError extends Error {
  readonly provider: ExecutionProvider;
  /** What is missing, without the name of the provider and without the way out. */
  readonly reason: string;

  constructor(provider: ExecutionProvider, reason: string, cause?: unknown) {
    super(`engine.provider ${provider}: ${reason}; ${wayOut}`, { cause });
    this.name = 'ExecutionProviderError';
    this.provider = provider;
    this.reason = reason;
  }
}

/** The providers that the installed onnxruntime was built with for this platform, `cpu` first. */
export function builtProviders(): ExecutionProvider[] {
  const built = new Set(listSupportedBackends().map(({ name }) => name));
  return executionProviders.filter((provider) => built.has(provider));
}

/**
 * Makes a session that computes on `provider` and nowhere else. Throws an ExecutionProviderError when the provider
 * is not there or does not have every operator of the model.
 */
export async function createSessionOn(
  provider: ExecutionProvider,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  if (provider === 'cpu') return await InferenceSession.create(model, options);
  if (!builtProviders().includes(provider)) {
    throw new ExecutionProviderError(
      provider,
      `this onnxruntime was not built with ${fullName[provider]} for ${process.platform}-${process.arch} ` +
        `(it comes for ${platformsOf[provider]}; here: ${builtProviders().join(', ')})`,
    );
  }
  const { session, ...extra } = (options.extra ?? {}) as { readonly session?: object };
  try {
    return await InferenceSession.create(model, {
      ...options,
      executionProviders: [provider],
      extra: { ...extra, session: { ...session, disable_cpu_ep_fallback: '1' } },
    });
  } catch (cause) {
    throw new ExecutionProviderError(provider, failureReason(provider, messageOf(cause)), cause);
  }
}

/** What onnxruntime's message means. What is not known is passed on in its first line. */
export function failureReason(provider: ExecutionProvider, message: string): string {
  if (message.includes('fallback to CPU EP has been explicitly disabled')) {
    return `${fullName[provider]} does not have every operator of the model, and nothing is left to the processor in silence`;
  }
  if (message.includes('Failed to load shared library')) {
    return (
      `its libraries cannot be loaded. They do not come with QED: run "npm install onnxruntime-node ` +
      `--onnxruntime-node-install=cuda12", and install NVIDIA's driver, CUDA 12 and cuDNN 9` +
      (provider === 'tensorrt' ? ' and TensorRT 10' : '')
    );
  }
  if (message.includes('Failed to get a WebGPU adapter')) {
    return 'there is no graphics adapter that WebGPU can use (on Linux it needs a Vulkan driver and libvulkan.so.1)';
  }
  return `${fullName[provider]} failed: ${message.split('\n').find((line) => line.trim() !== '') ?? 'no message'}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
