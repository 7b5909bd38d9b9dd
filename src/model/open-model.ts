/**
 * Models as people name them: a preset, an OpenAI-compatible endpoint, a GGUF file, a checkpoint of a run, a directory.
 * `resolveModel` finds out what is meant, cheaply, so that a plan or a refusal needs no weights; `open` loads it. What is
 * wrong is one line that says what was expected.
 */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ChatModel, Price, SamplingSettings } from './chat-model.ts';
import type { OnCallEvent } from './openai/call.ts';

export interface ResolvedModel {
  /** As it was asked for. */
  readonly spec: string;
  /** What enters the keys of durable calls: the same wherever the model lies, another for other weights. */
  readonly name: string;
  readonly price?: Price;
  readonly contextTokens?: number;
  /** What a call says when nobody says otherwise. */
  readonly defaults: {
    readonly maxTokens?: number;
    readonly temperature?: number;
    readonly sampling?: SamplingSettings;
  };
  /** For people: what was passed over, for example. */
  readonly remarks: readonly string[];
  /** Of a model behind an endpoint: where it is. Throws a ModelSpecError where the environment does not say. */
  served?(): ServedModel;
  open(options?: OpenModelOptions): Promise<ChatModel>;
}

/** A model at an endpoint, for whoever asks the server more than for replies. */
export interface ServedModel {
  /** Up to and without `/chat/completions`. */
  readonly baseUrl: string;
  /** The model's name at the server. */
  readonly model: string;
  readonly apiKey: string | undefined;
  /** The environment variable that the key comes from. */
  readonly keyName: string | undefined;
  /** A command that starts a server for it, where one is known. */
  readonly serve: string | undefined;
}

export interface OpenModelOptions {
  /** Told of retries and breakers of endpoints. */
  readonly onEvent?: OnCallEvent;
}

/** A name that means no model, or not one that can be opened here. */
export class ModelSpecError extends Error {
  override readonly name = 'ModelSpecError';
}

export const modelSpecHelp =
  'a preset (qed-nano) or its file, openai:URL#MODEL, gguf:FILE, run:NAME/CHECKPOINT[@STEP], or a directory with config.json';

/** Settings after a spec: `gguf:file.gguf,context=8192,sequences=8`. */
export type SpecSettings = ReadonlyMap<string, string>;

/** Throws a ModelSpecError. Nothing is loaded and nobody is called. */
export async function resolveModel(
  spec: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ResolvedModel> {
  try {
    return await resolved(spec, environment);
  } catch (error) {
    if (error instanceof ModelSpecError || !(error instanceof Error)) throw error;
    // Faults of files and presets are told as they are; their messages name the file.
    const told = new ModelSpecError(error.message);
    told.cause = error;
    throw told;
  }
}

async function resolved(
  spec: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ResolvedModel> {
  const { place, settings } = splitSettings(spec);
  const [, scheme, rest = ''] = /^([a-z][a-z.-]*):(.+)$/s.exec(place) ?? [];
  if (place === '' || (scheme !== undefined && rest === '')) {
    throw new ModelSpecError(`${JSON.stringify(spec)} names no model; ${expected()}`);
  }
  if (scheme === 'gguf' || (scheme === undefined && place.toLowerCase().endsWith('.gguf'))) {
    const { resolveGguf } = await import('./resolve-gguf.ts');
    return await resolveGguf(spec, scheme === undefined ? place : rest, settings);
  }
  const asked = { settings, environment };
  if (scheme === 'run') return await directory(spec, rest, asked);
  const { dialectNames } = await import('./openai/dialect.ts');
  const dialect = dialectNames.find((name) => name === scheme);
  if (dialect !== undefined && /^https?:/.test(rest)) {
    const { resolveEndpoint } = await import('./resolve-endpoint.ts');
    return resolveEndpoint(spec, { dialect, address: rest, settings, environment });
  }
  if (scheme !== undefined && scheme.length > 1) {
    const instead = /^https?$/.test(scheme) ? `an endpoint is openai:${place}#MODEL` : expected();
    throw new ModelSpecError(`${spec}: there is no kind of model "${scheme}"; ${instead}`);
  }
  if (isDirectory(place) || isDirectory(path.join('runs', place))) return await directory(spec, place, asked);
  const { resolvePreset } = await import('./resolve-preset.ts');
  const preset = resolvePreset(spec, { place, settings, environment });
  if (preset !== undefined) return preset;
  // RUN/CHECKPOINT has no directory of that name.
  if (place.includes('/') && existsSync(path.dirname(place))) return await directory(spec, place, asked);
  const { presetNames } = await import('./presets/load-preset.ts');
  throw new ModelSpecError(`${spec}: no such model; ${expected()}. Presets: ${presetNames().join(', ')}`);
}

async function directory(
  spec: string,
  place: string,
  asked: {
    readonly settings: SpecSettings;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
): Promise<ResolvedModel> {
  const { resolveDirectory } = await import('./resolve-directory.ts');
  return await resolveDirectory(spec, place, asked);
}

function expected(): string {
  return `a model is ${modelSpecHelp}`;
}

function splitSettings(spec: string): { readonly place: string; readonly settings: SpecSettings } {
  const settings = new Map<string, string>();
  let place = spec.trim();
  for (;;) {
    const [, before, key, value] = /^(.*),([a-zA-Z][\w.]*)=([^,]*)$/s.exec(place) ?? [];
    if (before === undefined || key === undefined || value === undefined) return { place, settings };
    if (settings.has(key)) throw new ModelSpecError(`${spec}: ${key} is there twice`);
    settings.set(key, value);
    place = before;
  }
}

function isDirectory(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
}
