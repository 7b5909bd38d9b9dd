/** The engine that a recipe names, made for a run: the embedded one, or a connection to a server that speaks the Tinker API. */
import type { Engine } from '../engine/engine.ts';
import type { EngineSettings, LoraSettings, TinkerSettings } from './schema-engine.ts';

export interface MakeEngineOptions {
  readonly engine: EngineSettings;
  readonly lora?: LoraSettings | undefined;
  readonly signal?: AbortSignal;
  /** Told what a person should know: retries, what the server cannot do. */
  readonly onRemark?: (text: string) => void;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Fails at once where the engine does not work: later it would be after hours of other stages. The caller closes it. */
export async function makeEngine(options: MakeEngineOptions): Promise<Engine> {
  const { engine } = options;
  if (engine.kind === 'tinker') return await connect(engine, options);
  const { createOrtEngine } = await import('../engine/ort/engine.ts');
  const { assertProviderWorks } = await import('../engine/ort/provider-check.ts');
  const { threads, provider } = engine;
  await assertProviderWorks(provider);
  return createOrtEngine({ threads, provider });
}

async function connect(settings: TinkerSettings, options: MakeEngineOptions): Promise<Engine> {
  const { url, profile, baseModel, segmentTokens, apiKeyVariable } = settings;
  const { lora, signal, onRemark, environment = process.env } = options;
  const key = environment[apiKeyVariable]?.trim();
  const { createTinkerEngine } = await import('../engine/tinker/engine.ts');
  const engine = createTinkerEngine({
    ...{ url, profile, segmentTokens },
    ...(baseModel === undefined ? {} : { baseModel }),
    ...(key === undefined || key === '' ? {} : { apiKey: key }),
    ...(lora === undefined ? {} : { lora }),
    ...(signal === undefined ? {} : { signal }),
    ...(onRemark === undefined ? {} : { onRemark }),
  });
  return await engine.catch((error: unknown) => {
    const status = error instanceof Error && 'status' in error ? error.status : undefined;
    if (!(error instanceof Error) || (status !== 401 && status !== 403)) throw error;
    const has = key === undefined || key === '' ? 'is not set' : 'has another one';
    throw new Error(
      `${error.message}. The server wants a key, and the environment variable ${apiKeyVariable} ${has} (engine.apiKeyVariable)`,
      { cause: error },
    );
  });
}
