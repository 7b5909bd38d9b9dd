/** Settings that follow a model's name (`gguf:FILE,context=8192`): checked, so that a slip of the hand is not ignored. */
import { ModelSpecError, type SpecSettings } from './open-model.ts';

/** Throws a ModelSpecError for a setting that is not among `known`. */
export function checkSettings(spec: string, settings: SpecSettings, known: readonly string[]): void {
  const stranger = [...settings.keys()].find((key) => !known.includes(key));
  if (stranger === undefined) return;
  throw new ModelSpecError(`${spec}: there is no setting ${stranger}; there are ${known.join(', ')}`);
}

/** A positive whole number, or undefined where it is not set. */
export function wholeNumber(spec: string, settings: SpecSettings, key: string): number | undefined {
  const text = settings.get(key);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new ModelSpecError(`${spec}: ${key} is ${JSON.stringify(text)}; it is a whole number above 0`);
}
