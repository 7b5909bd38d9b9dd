/** A preset that comes with QED, or a person's own preset file. */
import { existsSync } from 'node:fs';
import type { Price } from './chat-model.ts';
import { ModelSpecError, type ResolvedModel, type ServedModel, type SpecSettings } from './open-model.ts';
import { loadPreset, PresetError, presetNames } from './presets/load-preset.ts';
import { addressOf, keyOf, openPreset } from './presets/open-preset.ts';
import type { Preset } from './presets/preset.ts';
import { priceOf } from './resolve-endpoint.ts';

/** Undefined where there is no preset of that name. Settings name fields of the preset: `sampling.topP=0.9`. */
export function resolvePreset(
  spec: string,
  options: {
    readonly place: string;
    readonly settings: SpecSettings;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
): ResolvedModel | undefined {
  const { place, settings, environment } = options;
  const isFile = /\.ya?ml$/.test(place) && existsSync(place);
  if (!isFile && !presetNames().includes(place)) return undefined;
  try {
    const overrides = overridesOf(spec, settings);
    const preset = loadPreset(place, overrides);
    const { price, contextTokens, maxTokens } = preset;
    const { temperature, ...sampling } = preset.sampling;
    const name = 'name' in overrides ? preset.name : `${preset.name}${changesOf(overrides)}`;
    const settingsOfSampling = Object.fromEntries(
      Object.entries(sampling).filter(([, value]) => value !== undefined),
    );
    return {
      spec,
      name,
      ...(price === undefined ? {} : { price: price as Price }),
      ...(contextTokens === undefined ? {} : { contextTokens }),
      defaults: {
        ...(maxTokens === undefined ? {} : { maxTokens }),
        ...(temperature === undefined ? {} : { temperature }),
        ...(Object.keys(settingsOfSampling).length === 0 ? {} : { sampling: settingsOfSampling }),
      },
      remarks: [],
      served: () => served(preset, environment),
      open: async ({ onEvent } = {}) =>
        openPreset({ ...preset, name }, { env: environment, ...(onEvent === undefined ? {} : { onEvent }) })
          .model,
    };
  } catch (error) {
    if (error instanceof PresetError) throw new ModelSpecError(error.message);
    throw error;
  }
}

function served(preset: Preset, environment: Readonly<Record<string, string | undefined>>): ServedModel {
  try {
    return {
      ...{ baseUrl: addressOf(preset, environment), model: preset.model },
      ...{ apiKey: keyOf(preset, environment), keyName: preset.apiKeyEnv, serve: preset.serve },
    };
  } catch (error) {
    if (error instanceof PresetError) throw new ModelSpecError(error.message);
    throw error;
  }
}

/** Fields that make another model of it and are no part of what a call asks for, which keys have anyway. */
const telling = ['model', 'dialect', 'api', 'thinkTags', 'extraBody'];

/** `(model=other)`, so that what is asked of one model is never taken for the answer of another. */
function changesOf(overrides: Readonly<Record<string, unknown>>): string {
  const changes = telling.flatMap((field) => {
    const value = overrides[field];
    if (value === undefined) return [];
    return [`${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`];
  });
  return changes.length === 0 ? '' : `(${changes.join(',')})`;
}

/** `price=2/12`, or a field of the preset by its path with a JSON value or a word. */
function overridesOf(spec: string, settings: SpecSettings): Record<string, unknown> {
  const overrides: Record<string, unknown> = {};
  for (const [key, text] of settings) {
    if (key === 'price') {
      overrides.price = priceOf(spec, settings);
      continue;
    }
    const fields = key.split('.');
    const last = fields.pop() ?? key;
    let inside = overrides;
    for (const field of fields) {
      const next = (inside[field] ?? {}) as Record<string, unknown>;
      inside[field] = next;
      inside = next;
    }
    inside[last] = readValue(text);
  }
  return overrides;
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
