/**
 * node-llama-cpp, the optional peer that runs GGUF files in process: found from this package, from the working
 * directory, or from the directory that QED_PEERS_NODE names. Only the parts that are used are typed.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export interface LlamaCppPeer {
  getLlama(options: Readonly<Record<string, unknown>>): Promise<Llama>;
}

export interface Llama {
  loadModel(options: Readonly<Record<string, unknown>>): Promise<LlamaModel>;
  dispose(): Promise<void>;
}

export interface LlamaModel {
  readonly trainContextSize: number;
  tokenize(text: string, specialTokens: boolean): number[];
  isEogToken(token: number): boolean;
  createContext(options: Readonly<Record<string, unknown>>): Promise<LlamaContext>;
  dispose(): Promise<void>;
}

export interface LlamaContext {
  getSequence(): LlamaSequence;
  readonly contextSize: number;
  dispose(): Promise<void>;
}

export interface LlamaSequence {
  readonly contextTokens: readonly number[];
  readonly nextTokenIndex: number;
  adaptStateToTokens(tokens: readonly number[], allowShift?: boolean): Promise<void>;
  evaluate(
    tokens: readonly number[],
    options: Readonly<Record<string, unknown>>,
  ): AsyncGenerator<number, void, undefined>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>;
  saveStateToFile(file: string): Promise<unknown>;
  loadStateFromFile(file: string, risk: { readonly acceptRisk: true }): Promise<void>;
  clearHistory(): Promise<void>;
}

/** Throws an Error of one line that says how to get it. */
export async function loadLlamaCpp(): Promise<LlamaCppPeer> {
  const named = process.env.QED_PEERS_NODE;
  const places = [
    ...(named === undefined ? [] : [pathToFileURL(path.join(path.resolve(named), 'package.json'))]),
    import.meta.url,
    pathToFileURL(path.join(process.cwd(), 'package.json')),
  ];
  for (const place of places) {
    const found = resolved(place);
    if (found !== undefined) return (await import(pathToFileURL(found).href)) as LlamaCppPeer;
  }
  throw new Error(
    'GGUF files in process need node-llama-cpp, which is not installed: npm install --ignore-scripts node-llama-cpp@3.22 ' +
      '(or in another directory, which QED_PEERS_NODE then names); qed import makes a directory of the file that needs nothing',
  );
}

function resolved(place: string | URL): string | undefined {
  try {
    return createRequire(place).resolve('node-llama-cpp');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
