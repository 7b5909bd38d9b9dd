/**
 * Measures what a server does, on a model that is made for it and let go: whether losses are summed, whether weights may be
 * negative, which fields of the optimiser act, at what temperature log-probs are, whose weights a sampler has. What differs from
 * the profile is said; what cannot be worked with is refused. A dozen and a half small requests.
 */
import type { LoraOptions } from '../engine.ts';
import { Probe, probeTokens } from './probe.ts';
import type { ServerProfile } from './profile.ts';
import { profiles } from './profiles.ts';
import type { Server } from './server.ts';

export interface Measured {
  readonly profile: ServerProfile;
  /** What was found otherwise than the profile has it, and what could not be measured. */
  readonly remarks: readonly string[];
}

/** Log-probs that differ by less are the same but for arithmetic; servers compute in bfloat16 too. */
const sameWithin = 0.02;
/** Of weights that have not moved at all: the same computation twice. */
const unmovedWithin = 1e-4;

export async function selfTest(
  server: Server,
  options: { readonly baseModel: string; readonly lora: Required<LoraOptions> | undefined },
): Promise<Measured> {
  const lora = options.lora ?? (server.profile.fullParameter ? undefined : smallest);
  const probe = await Probe.begin(server, { baseModel: options.baseModel, lora });
  try {
    const loss = await measureLoss(server, probe);
    const optimiser = await measureOptimiser(server, probe);
    const sampler = await measureSampler(probe);
    return judge(server.profile, { ...loss, ...optimiser, ...sampler });
  } finally {
    await probe.end().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      server.connection.onRemark(
        `the model of the self-test was not let go (${why}); it goes with the session`,
      );
    });
  }
}

const smallest: Required<LoraOptions> = {
  ...{ rank: 4, alpha: 32, seed: 1, attention: true, feedForward: true, head: true },
};

interface LossFound {
  readonly reduction: 'sum' | 'mean' | undefined;
  readonly signedWeights: boolean | undefined;
}

/** Steps of learning rate 0 tell the norms of gradients. */
async function measureLoss(server: Server, probe: Probe): Promise<LossFound> {
  const before = await probe.logprobs();
  const norm = async (weights: readonly number[]) => {
    await probe.gradient(weights);
    return await probe.step({});
  };
  const one = await norm([1]);
  const twice = (await norm([1, 1])) / one;
  const double = (await norm([2])) / one;
  if (largest(before, await probe.logprobs()) > unmovedWithin)
    throw server.unsupported(
      'be trusted with a step: one of learning rate 0 and without decay has changed its model',
      'Look at the optimiser that it was started with.',
    );
  if (!Number.isFinite(twice) || !Number.isFinite(double))
    return { reduction: undefined, signedWeights: undefined };
  const isSum = isNear(twice, 2) && isNear(double, 2);
  if (!isSum && !(isNear(twice, 1) && isNear(double, 1)))
    throw server.unsupported(
      `be worked with: twice the data gives ${twice.toFixed(2)} times the gradient and twice the weights ${double.toFixed(2)} times, which is neither a sum nor an average`,
      'Take another server.',
    );
  if (!isSum) return { reduction: 'mean', signedWeights: false };
  return { reduction: 'sum', signedWeights: isNear((await norm([-1])) / one, 1) };
}

interface OptimiserFound {
  readonly epsilon: boolean;
  readonly beta1: boolean;
  readonly weightDecay: boolean;
  readonly clipNorm: boolean;
}

/** Each step would move the model unless the field acts that is meant to hold it, and the last only moves it if it acts. */
async function measureOptimiser(server: Server, probe: Probe): Promise<OptimiserFound> {
  const moved = async (step: Parameters<Probe['step']>[0], weight = 1) => {
    const before = await probe.logprobs();
    await probe.gradient([weight]);
    await probe.step({ learning_rate: 0.01, ...step });
    return largest(before, await probe.logprobs()) > unmovedWithin;
  };
  const epsilon = !(await moved({ eps: 1e9 }));
  const clipNorm = !(await moved({ grad_clip_norm: 1e-20 }));
  if (!(await moved({})))
    throw server.unsupported(
      'be trained: a step of learning rate 0.01 has changed nothing',
      'Look at the optimiser that it was started with.',
    );
  // No new gradient: only what is remembered of the one before would move it.
  const beta1 = !(await moved({}, 0));
  const weightDecay = epsilon && (await moved({ learning_rate: 0.1, eps: 1e9, weight_decay: 1 }));
  return { epsilon, beta1, weightDecay, clipNorm };
}

interface SamplerFound {
  readonly samplerWeights: ServerProfile['samplerWeights'] | undefined;
  readonly logprobsAfterTemperature: boolean | undefined;
  /** Sampler and trainer disagree about the same weights by so many nats. */
  readonly disagreement: number;
}

async function measureSampler(probe: Probe): Promise<SamplerFound> {
  // Two: a server may find the session that it sampled from last loaded, and not see that the weights have gone on since.
  const [first, second] = [await probe.sampler(), await probe.sampler()];
  if (first === undefined || second === undefined)
    return { samplerWeights: undefined, logprobsAfterTemperature: undefined, disagreement: Number.NaN };
  const sampled = async (session: string, temperature: number) => {
    const { tokens, logprobs } = await probe.sample(session, temperature);
    const whole_T = new Int32Array(probeTokens.length + tokens.length);
    whole_T.set(probeTokens);
    whole_T.set(tokens, probeTokens.length);
    return { whole_T, logprobs };
  };
  /** How far its log-probs are from what the trainer has for the same tokens now. */
  const distance = async ({ whole_T, logprobs }: Awaited<ReturnType<typeof sampled>>) =>
    largest(logprobs, (await probe.logprobs(whole_T)).subarray(probeTokens.length - 1));
  const before = await sampled(first, 1);
  const disagreement = await distance(before);
  const sameNow = Math.max(sameWithin, 2 * disagreement);
  const isRaw = (await distance(await sampled(second, 0.5))) < sameNow;
  // What it has sampled becomes much likelier, so that new weights would show in the same sample.
  await probe.gradient([1], before.whole_T);
  await probe.step({ learning_rate: 0.05 });
  const trained = await probe.logprobs();
  // Published, for those who give the newest published weights to everyone.
  await probe.sampler();
  const after = await sampled(first, 1);
  const isTakenBack = largest(trained, await probe.logprobs()) > unmovedWithin;
  return {
    samplerWeights: isTakenBack ? 'shared-slot' : (await distance(after)) < sameNow ? 'newest' : 'own',
    logprobsAfterTemperature: !isRaw,
    disagreement,
  };
}

function judge(given: ServerProfile, found: LossFound & OptimiserFound & SamplerFound): Measured {
  const remarks: string[] = [];
  // SkyRL does not say which backend it has.
  const base = given.kind === 'skyrl' && found.reduction === 'mean' ? profiles['skyrl-jax'] : given;
  if (base !== given)
    remarks.push('the server averages losses, so it is SkyRL’s JAX backend: profile skyrl-jax');
  const measure = <K extends keyof ServerProfile>(
    field: K,
    value: ServerProfile[K] | undefined,
    says: string,
  ) => {
    if (value === undefined)
      remarks.push(`not measured: ${says}; the profile ${base.kind} says ${String(base[field])}`);
    else if (value !== base[field])
      remarks.push(
        `measured: ${says} is ${String(value)}, and the profile ${base.kind} says ${String(base[field])}`,
      );
    return value ?? base[field];
  };
  const adamActs = [found.epsilon, found.beta1, found.weightDecay];
  const adamFields = adamActs.every(Boolean) ? 'request' : base.adamFields === 'server' ? 'server' : 'nobody';
  const clipNorm = found.clipNorm ? 'request' : base.clipNorm === 'server' ? 'server' : 'nobody';
  if (adamFields === 'nobody')
    remarks.push(
      `measured: of AdamW's fields ${name('epsilon', found.epsilon)}, ${name('beta1', found.beta1)}, ${name('weightDecay', found.weightDecay)}`,
    );
  if (found.disagreement > sameWithin)
    remarks.push(
      `measured: sampler and trainer differ by ${found.disagreement.toPrecision(2)} nats about the same weights; alarms.sameLogprob is the limit of a run`,
    );
  const profile: ServerProfile = {
    ...base,
    reduction: measure('reduction', found.reduction, 'the reduction of losses'),
    signedWeights: measure('signedWeights', found.signedWeights, 'that weights may be negative'),
    adamFields: measure('adamFields', adamFields, 'who settles the fields of AdamW'),
    clipNorm: measure('clipNorm', clipNorm, 'who settles the clip of the gradient'),
    samplerWeights: measure('samplerWeights', found.samplerWeights, 'whose weights a sampler has'),
    logprobsAfterTemperature: measure(
      'logprobsAfterTemperature',
      found.logprobsAfterTemperature,
      'that log-probs are those after temperature',
    ),
  };
  return { profile, remarks };
}

function name(field: string, acts: boolean): string {
  return `${field} ${acts ? 'acts' : 'does not act'}`;
}

function largest(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (const [index, value] of a.entries()) most = Math.max(most, Math.abs(value - (b[index] ?? Number.NaN)));
  // A value that is no number agrees with nothing.
  return Number.isNaN(most) ? Number.POSITIVE_INFINITY : most;
}

function isNear(value: number, expected: number): boolean {
  return Math.abs(value / expected - 1) < 0.1;
}
