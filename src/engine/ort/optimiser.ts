/**
 * The optimiser's state and its file. A state that is saved and loaded continues bit for bit as if it had never
 * stopped. One kind of optimiser owns the moments until they are reset: changing the kind in between is an error,
 * because the numbers of one mean nothing to the other.
 */
import type { OptimiserStep, PolicyVersion } from '../engine.ts';
import { parseVersion, versionKey } from '../model-directory.ts';
import { type NamedTensor, SafetensorsFile, writeSafetensors } from '../safetensors.ts';
import { clipScale, gradientNorm, stepAdamW } from './adamw.ts';
import { Muon } from './muon.ts';
import type { ParameterSpec } from './parameters.ts';
import { viewOf } from './parameters.ts';
import type { ExecutionProvider } from './provider-names.ts';

export const optimiserFile = 'optimizer.safetensors';

/** For the AdamW part of Muon; Adam's usual ε. */
const vectorSettings = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0 } as const;

export class Optimiser {
  readonly #specs: readonly ParameterSpec[];
  readonly #threads: number;
  readonly #provider: ExecutionProvider;
  #kind: OptimiserStep['kind'] | undefined;
  #count = 0;
  /** Mean of the gradient, or Muon's momentum. Made at the first step: sampling and evaluation need none. */
  #first: Float32Array<ArrayBuffer> | undefined;
  /** Mean of its square. Stays 0 where Muon steps. */
  #second: Float32Array<ArrayBuffer> | undefined;
  #muon: Muon | undefined;

  constructor(specs: readonly ParameterSpec[], threads: number, provider: ExecutionProvider = 'cpu') {
    this.#specs = specs;
    this.#threads = threads;
    this.#provider = provider;
  }

  /** Changes `parameters` in place; returns the norm of `gradients` before clipping. */
  async step(parameters: Float32Array, gradients: Float32Array, step: OptimiserStep): Promise<number> {
    checkStep(step);
    if (this.#kind !== undefined && this.#kind !== step.kind) {
      throw new Error(
        `optimStep: the moments are those of ${this.#kind}; reset the optimiser before ${step.kind}`,
      );
    }
    const norm = gradientNorm(gradients);
    if (!Number.isFinite(norm))
      throw new Error(`optimStep: the gradient's norm is ${norm}; the weights are unchanged`);
    const { first, second } = this.#moments();
    const state = { parameters, gradients, first, second };
    const gradientScale = clipScale(norm, step.clipNorm);
    this.#kind = step.kind;
    this.#count += 1;
    if (step.kind === 'adamw') {
      stepAdamW(state, this.#specs, { ...step, gradientScale, count: this.#count });
    } else {
      this.#muon ??= await Muon.create(this.#specs.filter(isMuons), this.#threads, this.#provider);
      await this.#muon.step({ parameters, gradients, momentum: first }, { ...step, gradientScale });
      stepAdamW(
        state,
        this.#specs.filter((spec) => !isMuons(spec)),
        { ...vectorSettings, learningRate: step.vectorLearningRate, gradientScale, count: this.#count },
      );
    }
    return norm;
  }

  /** Forgets all moments; the next step may be of any kind. */
  reset(): void {
    this.#kind = undefined;
    this.#count = 0;
    this.#first = undefined;
    this.#second = undefined;
  }

  /** Writes the state that belongs to the weights of `version`. */
  async save(path: string, version: PolicyVersion): Promise<void> {
    const tensors: NamedTensor[] = [];
    for (const { kind, flat, spec } of this.#savedMoments()) {
      tensors.push({ name: `${kind}.${spec.name}`, dims: spec.dims, data: viewOf(flat, spec) });
    }
    const metadata = { kind: this.#kind ?? 'none', count: `${this.#count}`, [versionKey]: `${version}` };
    await writeSafetensors(path, tensors, metadata);
  }

  /** Replaces the state by a saved one; throws unless it was saved beside the weights of `version`. */
  async load(path: string, version: PolicyVersion): Promise<void> {
    const file = await SafetensorsFile.open(path);
    try {
      const saved = parseVersion(file);
      if (saved !== version) {
        throw new Error(
          `${path}: the optimiser's state is of version ${saved}, the weights are of ${version}`,
        );
      }
      const { kind, count = '' } = file.metadata;
      if ((kind !== 'adamw' && kind !== 'muon' && kind !== 'none') || !/^\d{1,15}$/.test(count)) {
        throw new Error(`${path}: metadata kind ${kind}, count ${count}: not an optimiser's state`);
      }
      this.reset();
      if (kind === 'none') return;
      this.#kind = kind;
      this.#count = Number(count);
      for (const { kind: name, flat, spec } of this.#savedMoments()) {
        await file.read(`${name}.${spec.name}`, flat.subarray(spec.offset, spec.offset + spec.length));
      }
    } finally {
      await file.close();
    }
  }

  async release(): Promise<void> {
    await this.#muon?.release();
    this.#muon = undefined;
  }

  #moments() {
    const length = this.#specs.reduce((sum, spec) => sum + spec.length, 0);
    this.#first ??= new Float32Array(length);
    this.#second ??= new Float32Array(length);
    return { first: this.#first, second: this.#second };
  }

  /** Everything that the present kind of optimiser remembers. */
  #savedMoments() {
    if (this.#kind === undefined) return [];
    const { first, second } = this.#moments();
    const squared = this.#specs.filter((spec) => this.#kind === 'adamw' || !isMuons(spec));
    return [
      ...this.#specs.map((spec) => ({ kind: 'first', flat: first, spec })),
      ...squared.map((spec) => ({ kind: 'second', flat: second, spec })),
    ];
  }
}

function isMuons(spec: ParameterSpec): boolean {
  return spec.isLayerMatrix;
}

function checkStep(step: OptimiserStep): void {
  const { kind: _, clipNorm, ...figures } = step;
  for (const [name, value] of Object.entries(figures)) {
    if (!(Number.isFinite(value) && value >= 0)) throw new Error(`optimStep: ${name} is ${value}`);
  }
  if (!(clipNorm > 0)) throw new Error(`optimStep: clipNorm is ${clipNorm}; Infinity is for no clipping`);
}
