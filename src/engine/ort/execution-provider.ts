/**
 * Execution providers of onnxruntime: what computes a session's operators. The provider is a setting and is never
 * silently replaced: by itself onnxruntime gives operators that a provider lacks to the processor, which is forbidden
 * here for every provider but `cpu`; a session that would need it is refused with an error that says what to set.
 */
import './no-telemetry.ts';
import { InferenceSession, listSupportedBackends } from 'onnxruntime-node';
import { type ExecutionProvider, executionProviders } from './provider-names.ts';

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

/** Why a provider cannot compute, and how to mend that where something can be done. */
export interface ProviderFault {
  readonly reason: string;
  readonly mend?: string;
}

/** A provider that cannot compute here. The message names it, what is missing, and what can be set instead. */
export class ExecutionProviderError extends Error {
  readonly provider: ExecutionProvider;
  readonly fault: ProviderFault;

  constructor(provider: ExecutionProvider, fault: ProviderFault, cause?: unknown) {
    const mend = fault.mend === undefined ? '' : ` ${fault.mend}`;
    super(
      `engine.provider ${provider}: ${fault.reason}.${mend} Or set engine.provider: cpu, which works everywhere`,
      { cause },
    );
    this.name = 'ExecutionProviderError';
    this.provider = provider;
    this.fault = fault;
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
    throw new ExecutionProviderError(provider, {
      reason:
        `this onnxruntime was not built with ${fullName[provider]} for ${process.platform}-${process.arch} ` +
        `(it comes for ${platformsOf[provider]}; here there are ${builtProviders().join(', ')})`,
    });
  }
  const { session, ...extra } = (options.extra ?? {}) as { readonly session?: object };
  try {
    return await InferenceSession.create(model, {
      ...options,
      executionProviders: [provider],
      // Fatal only: what is an error is thrown, and told in words.
      logSeverityLevel: 4,
      extra: { ...extra, session: { ...session, disable_cpu_ep_fallback: '1' } },
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ExecutionProviderError(provider, faultOf(provider, message), cause);
  }
}

/** What onnxruntime's message means. What is not known is passed on in its first line. */
export function faultOf(provider: ExecutionProvider, message: string): ProviderFault {
  const name = fullName[provider];
  if (message.includes('fallback to CPU EP has been explicitly disabled')) {
    return {
      reason: `${name} does not have every operator of the model, and nothing is given to the processor in silence`,
    };
  }
  if (message.includes('Failed to load shared library')) {
    return {
      reason: 'its libraries cannot be loaded',
      mend:
        'They do not come with QED: run "npm install onnxruntime-node --onnxruntime-node-install=cuda12", and install ' +
        `NVIDIA's driver, CUDA 12${provider === 'tensorrt' ? ', cuDNN 9 and TensorRT 10' : ' and cuDNN 9'}.`,
    };
  }
  if (message.includes('Failed to get a WebGPU adapter')) {
    return {
      reason: 'there is no graphics adapter that WebGPU can use',
      mend: "Install the graphics card's driver (on Linux one for Vulkan, and libvulkan1).",
    };
  }
  const line = message.split('\n').find((text) => text.trim() !== '') ?? 'no message';
  return { reason: `${name} failed: ${line.replace(/\.$/, '')}` };
}
