/** The parts of the recipe's schema that say what trains and samples: the embedded engine, or a server that speaks the Tinker API. */
import { z } from 'zod';
import { executionProviders } from '../engine/ort/provider-names.ts';

const positiveInteger = z.int().positive();

const ortEngineSchema = z.strictObject({
  // The first kind is meant where none is named.
  kind: z
    .literal('ort')
    .optional()
    .default('ort')
    .describe('The embedded engine: onnxruntime on this machine.'),
  threads: z
    .union([z.literal('auto'), positiveInteger])
    .default('auto')
    .describe('Threads for training and for sampling; `auto` is the number of cores.'),
  provider: z
    .enum(executionProviders)
    .default('cpu')
    .describe(
      "What computes, by onnxruntime's names. All but `cpu` are tried before the run begins and refused where they do not work; nothing is replaced in silence. `qed doctor` says which work here.",
    ),
});

/** Kinds of server that speak the Tinker API, each with its own ways. */
export const tinkerProfiles = ['auto', 'qed', 'hosted', 'tuft', 'skyrl', 'skyrl-jax'] as const;

/** What a server's own configuration has fixed for all of a run, because it does not take it from requests. */
const serverSettingsSchema = z.strictObject({
  beta1: z.number().min(0).max(1).optional().describe('Decay of the first moment.'),
  beta2: z.number().min(0).max(1).optional().describe('Decay of the second moment.'),
  epsilon: z.number().positive().optional().describe('Added to the root of the second moment.'),
  weightDecay: z.number().min(0).optional().describe('Decoupled weight decay.'),
  clipNorm: z
    .union([z.literal('off'), z.number().positive()])
    .optional()
    .describe('Global gradient norm above which it scales the gradient down.'),
  temperature: z.number().positive().optional().describe("What the server's trainer divides logits by."),
  entropyCoefficient: z.number().min(0).optional().describe('Weight of its entropy bonus.'),
});

const tinkerEngineSchema = z.strictObject({
  kind: z
    .literal('tinker')
    .describe(
      'A server that speaks the Tinker API: `qed serve --tinker`, SkyRL, TuFT or the hosted service.',
    ),
  url: z
    .url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' })
    .describe(
      'Its address. A run that goes on may name another: it says only where the server is. No key belongs into it.',
    ),
  profile: z
    .enum(tinkerProfiles)
    .default('auto')
    .describe(
      'The kind of server; `auto` asks it. What matters for a run is measured before the first step either way.',
    ),
  baseModel: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The server's name of the model in `model.from`, from which only config.json and the tokenizer are read then; absent, the server has to take weights from here.",
    ),
  segmentTokens: positiveInteger
    .default(4096)
    .describe(
      'A long reply is sampled in pieces of so many tokens, each by the newest weights: what is lost with a request is bounded, and so is how long it takes.',
    ),
  apiKeyVariable: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable, not a key')
    .default('TINKER_API_KEY')
    .describe('The environment variable with the key. The key itself is in no file.'),
  server: serverSettingsSchema
    .optional()
    .describe(
      'What the server was started with, where it does not take that from requests (SkyRL with FSDP or Megatron): a run whose stages say otherwise does not start.',
    ),
});

export const engineSchema = z.discriminatedUnion('kind', [ortEngineSchema, tinkerEngineSchema]).prefault({});

export const loraSchema = z.strictObject({
  rank: positiveInteger.describe('Rank of the two factors of every adapted matrix.'),
  alpha: z
    .number()
    .positive()
    .default(32)
    .describe(
      'What their product is multiplied by, divided by the rank. SkyRL and the hosted service have 32.',
    ),
  attention: z.boolean().default(true).describe('Whether the matrices of attention are adapted.'),
  feedForward: z.boolean().default(true).describe('Whether those of the feed-forward part are.'),
  head: z
    .boolean()
    .default(true)
    .describe('Whether the output layer is; where it is the embedding too, only the output is adapted.'),
});

export type EngineSettings = z.infer<typeof engineSchema>;
export type TinkerSettings = Extract<EngineSettings, { kind: 'tinker' }>;
export type ServerSettings = NonNullable<TinkerSettings['server']>;
export type LoraSettings = z.infer<typeof loraSchema>;
