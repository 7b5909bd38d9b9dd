/**
 * A set of weights ready to run: the session that prefills prompts and the one that decodes. Both hold the weights
 * as constants, which onnxruntime packs when a session is made: some tens of milliseconds per million parameters,
 * paid once per set of weights, and every small step is then up to twice as fast.
 */
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelConfig, PolicyVersion } from '../engine.ts';
import { decodeGraph } from './decode-graph.ts';
import { createSessionOn } from './execution-provider.ts';
import { float32 } from './float32.ts';
import { KeyValueCache } from './kv-cache.ts';
import { serialiseOnnx } from './onnx.ts';
import { prefillGraph } from './prefill-graph.ts';
import type { ExecutionProvider } from './provider-names.ts';

export class SamplerSessions {
  readonly version: PolicyVersion;
  readonly decode: InferenceSession;
  readonly #prefill: InferenceSession;
  readonly #config: ModelConfig;

  private constructor(
    config: ModelConfig,
    version: PolicyVersion,
    sessions: { readonly prefill: InferenceSession; readonly decode: InferenceSession },
  ) {
    this.#config = config;
    this.version = version;
    this.decode = sessions.decode;
    this.#prefill = sessions.prefill;
  }

  /** `flat` is read during the call only. */
  static async create(given: {
    readonly config: ModelConfig;
    readonly flat: Float32Array;
    readonly version: PolicyVersion;
    readonly threads: number;
    readonly provider?: ExecutionProvider | undefined;
  }): Promise<SamplerSessions> {
    const { config, flat, version, provider = 'cpu' } = given;
    const options: InferenceSession.SessionOptions = {
      intraOpNumThreads: given.threads,
      interOpNumThreads: 1,
      // Shapes change from step to step; a memory plan kept for each of them would only grow.
      enableMemPattern: false,
      logSeverityLevel: 3,
    };
    const prefill = await createSessionOn(provider, serialiseOnnx(prefillGraph(config, flat)), options);
    const decode = await createSessionOn(provider, serialiseOnnx(decodeGraph(config, flat)), options);
    return new SamplerSessions(config, version, { prefill, decode });
  }

  /** Keys and values of all tokens of the prompt but the last, which is the first input of decoding. */
  async prefill(prompt_T: Int32Array): Promise<KeyValueCache> {
    const length = prompt_T.length - 1;
    const { num_hidden_layers: layers } = this.#config;
    if (length === 0) {
      const empty = Array.from({ length: 2 * layers }, () => new Float32Array(0));
      return KeyValueCache.ofRow(this.#config, 0, empty);
    }
    const outputs = await this.#prefill.run({
      tokens: new Tensor('int64', BigInt64Array.from(prompt_T.subarray(0, length), BigInt), [length]),
      positions: new Tensor(
        'int64',
        BigInt64Array.from({ length }, (_, i) => BigInt(i)),
        [1, length],
      ),
    });
    const arrays = Array.from({ length: layers }, (_, layer) => [
      float32(outputs[`keys.${layer}`]),
      float32(outputs[`values.${layer}`]),
    ]);
    return KeyValueCache.ofRow(this.#config, length, arrays.flat());
  }

  async release(): Promise<void> {
    await this.#prefill.release();
    await this.decode.release();
  }
}
