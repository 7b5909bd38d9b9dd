/**
 * A chat model in a GGUF file, run in process by llama.cpp. TOKEN-EXACT: prompts are rendered and replies taken apart by
 * the file's own tokenizer and chat template as QED reads them, so llama.cpp sees token ids only. Many sequences are
 * decoded in one batch; requests with the same prompt run it once.
 *
 * A sample depends on its seed and, in the last bits of the arithmetic, on what else is in the batch: the same seed
 * gives the same reply only when it is asked alone. Nothing in QED relies on more, since replies are recorded.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { GgufFile } from '../engine/gguf/gguf-file.ts';
import { createChatFormat } from '../tokenizer/chat-format.ts';
import { tokenizerFromGguf } from '../tokenizer/gguf-tokenizer.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';
import type { ChatFormat } from '../tokenizer/tokenizer.ts';
import type { ChatModel, ChatRequest, GenerateContext, Reply, SamplingSettings } from './chat-model.ts';
import { type LlamaModel, type LlamaSequence, loadLlamaCpp } from './llama-cpp-peer.ts';
import { ModelError } from './model-error.ts';
import { replyPieces } from './reply-pieces.ts';
import { SequencePool } from './sequence-pool.ts';

export interface GgufOptions {
  /** Prompt and reply together. Default: what the model was trained for, at most 8,192. */
  readonly contextTokens?: number;
  /** Replies at a time. Default 4. */
  readonly sequences?: number;
  /** Default: one for each core that has nothing to do when the file is opened; at most one per core. */
  readonly threads?: number;
  /** Layers on a GPU: `auto` as many as fit; default 0. */
  readonly gpuLayers?: number | 'auto';
}

export const usualContext = 8192;
const usualSequences = 4;

/** The chat format of a GGUF file. Throws an Error that names the key that is missing or not understood. */
export async function ggufChatFormat(file: string): Promise<ChatFormat> {
  const gguf = await GgufFile.open(file);
  try {
    const { json, configJson } = tokenizerFromGguf(gguf.metadata);
    const format = createChatFormat(loadTokenizer(json, configJson));
    const end = gguf.metadata.get('tokenizer.ggml.eos_token_id');
    const stops = new Set([...format.stopTokenIds, ...(typeof end === 'number' ? [end] : [])]);
    return { ...format, stopTokenIds: [...stops] };
  } finally {
    await gguf.close();
  }
}

/** Loads the file; throws an Error for people when the peer or the file is not there or not understood. */
export async function openGgufChatModel(
  name: string,
  file: string,
  options: GgufOptions = {},
): Promise<ChatModel> {
  const peer = await loadLlamaCpp();
  const format = await ggufChatFormat(file);
  const threads = Math.min(options.threads ?? freeCores(), availableParallelism());
  const { gpuLayers = 0, sequences = usualSequences } = options;
  const llama = await peer.getLlama({
    ...(gpuLayers === 0 ? { gpu: false } : {}),
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: threads,
    logLevel: 'error',
  });
  const scratch = await mkdtemp(path.join(tmpdir(), 'qed-gguf-'));
  try {
    const model = await llama.loadModel({ modelPath: file, gpuLayers });
    const contextTokens = options.contextTokens ?? Math.min(model.trainContextSize, usualContext);
    const context = await model.createContext({ contextSize: contextTokens, sequences, threads });
    const pool = new SequencePool(
      Array.from({ length: sequences }, () => context.getSequence()),
      scratch,
    );
    const close = async (): Promise<void> => {
      await pool.idle();
      await context.dispose();
      await model.dispose();
      await llama.dispose();
      await rm(scratch, { recursive: true, force: true });
    };
    return chatModel({
      name,
      format,
      model,
      pool,
      places: sequences,
      contextTokens: context.contextSize,
      close,
    });
  } catch (error) {
    await llama.dispose();
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

/**
 * llama.cpp's threads wait for each other by spinning: one that has to share its core makes all of them many times slower.
 */
function freeCores(): number {
  const cores = availableParallelism();
  return Math.min(cores, Math.max(1, Math.round(cores - (loadavg()[0] ?? 0))));
}

interface Parts {
  readonly name: string;
  readonly format: ChatFormat;
  readonly model: LlamaModel;
  readonly pool: SequencePool;
  /** Sequences of the pool. */
  readonly places: number;
  readonly contextTokens: number;
  readonly close: () => Promise<void>;
}

function chatModel(parts: Parts): ChatModel {
  const { name, format, contextTokens, places, close } = parts;
  return {
    name,
    price: { prompt: 0, completion: 0 },
    contextTokens,
    places,
    generate: (request, context = {}) => generate(parts, request, context),
    countPromptTokens: (messages) => format.renderPrompt(messages).length,
    close,
  };
}

async function generate(
  { name, format, model, pool, contextTokens }: Parts,
  request: ChatRequest,
  { signal, onDelta }: GenerateContext,
): Promise<Reply> {
  const prompt_T = [...format.renderPrompt(request.messages)];
  const { maxTokens } = request;
  if (prompt_T.length + maxTokens > contextTokens) {
    throw new ModelError(
      `${name}: prompt and maxTokens make ${prompt_T.length + maxTokens} tokens; the context has ${contextTokens}`,
      { kind: 'context-length', isRetryable: false },
    );
  }
  const sampling = settingsOf(name, request);
  const stopTexts = request.sampling?.stop ?? [];
  const reply = await pool.use(prompt_T, signal, (sequence, last) =>
    sample(sequence, last, {
      format,
      model,
      maxTokens,
      sampling,
      stopTexts,
      ...(signal === undefined ? {} : { signal }),
      ...(onDelta === undefined ? {} : { onDelta }),
    }),
  );
  const { reasoning, answer } = format.parseReply(reply.tokens);
  const cut = (text: string): string =>
    reply.stopText === undefined ? text : (text.split(reply.stopText)[0] ?? '').trimEnd();
  return {
    reasoning: answer === undefined ? cut(reasoning) : reasoning,
    answer: answer === undefined ? undefined : cut(answer),
    finish: reply.finish,
    usage: { promptTokens: prompt_T.length, completionTokens: reply.tokens.length },
  };
}

interface Sampled {
  readonly tokens: readonly number[];
  readonly finish: 'stop' | 'length';
  readonly stopText?: string;
}

async function sample(
  sequence: LlamaSequence,
  last: number,
  options: {
    readonly format: ChatFormat;
    readonly model: LlamaModel;
    readonly maxTokens: number;
    readonly sampling: Readonly<Record<string, unknown>>;
    readonly stopTexts: readonly string[];
    readonly signal?: AbortSignal;
    readonly onDelta?: GenerateContext['onDelta'];
  },
): Promise<Sampled> {
  const { format, model, maxTokens, stopTexts, signal, onDelta } = options;
  const stops = new Set(format.stopTokenIds);
  const pieceOf = replyPieces(format);
  const longestStop = Math.max(0, ...stopTexts.map((text) => text.length));
  let tail = '';
  const tokens: number[] = [];
  for await (const token of sequence.evaluate([last], { ...options.sampling, yieldEogToken: true })) {
    signal?.throwIfAborted();
    tokens.push(token);
    if (stops.has(token) || model.isEogToken(token)) return { tokens, finish: 'stop' };
    const piece = pieceOf(token);
    if (piece !== undefined) {
      onDelta?.(piece);
      tail = (tail + piece.text).slice(-(longestStop + piece.text.length));
      const stopText = stopTexts.find((text) => tail.includes(text));
      if (stopText !== undefined) return { tokens, finish: 'stop', stopText };
    }
    if (tokens.length >= maxTokens) return { tokens, finish: 'length' };
  }
  return { tokens, finish: 'stop' };
}

/** llama.cpp's sampler in its own words; its defaults (top-k 40, top-p 0.95) are turned off. */
function settingsOf(
  name: string,
  { temperature, seed, sampling = {} }: ChatRequest,
): Record<string, unknown> {
  const { topK, topP, minP, reasoningEffort, stop: _, ...penalties }: SamplingSettings = sampling;
  const unable = [
    ...(reasoningEffort === undefined ? [] : ['reasoning effort']),
    ...Object.entries(penalties).flatMap(([setting, value]) =>
      value === undefined || value === (setting === 'repetitionPenalty' ? 1 : 0) ? [] : [setting],
    ),
  ];
  if (unable.length > 0) {
    throw new ModelError(`${name}: ${unable.join(' and ')} cannot be set for a GGUF file in process`, {
      kind: 'invalid-request',
      isRetryable: false,
    });
  }
  return { temperature, seed, topK: topK ?? 0, topP: topP ?? 1, minP: minP ?? 0 };
}
