/** What the settings of engine, LoRA and model must agree on. */
import type { Contradiction } from './contradiction.ts';
import type { Recipe } from './schema.ts';

/** Longest sequence that the embedded engine has row lengths for. */
export const embeddedPositions = 8192;

/** What the field's own schema refuses. */
const noAddress = { username: '', password: '', search: '', hash: '' };

export function engineContradictions({ engine, lora, model, pretrain }: Recipe): Contradiction[] {
  const found: Contradiction[] = [];
  const complain = (path: readonly string[], message: string) => found.push({ path, message });
  if (engine.kind === 'ort' && model.maximumPositions > embeddedPositions && model.from === undefined)
    complain(
      ['model', 'maximumPositions'],
      `must not exceed ${embeddedPositions} with the embedded engine; longer ones are for engine.kind tinker`,
    );
  if (engine.kind === 'tinker') {
    const { username, password, search, hash } = URL.parse(engine.url) ?? noAddress;
    // The frozen recipe is copied with the run, and shown in its report.
    if (username !== '' || password !== '' || search !== '' || hash !== '')
      complain(
        ['engine', 'url'],
        'must be the address alone: what is secret stands in the environment variable that engine.apiKeyVariable names',
      );
    if (engine.baseModel !== undefined && model.from === undefined)
      complain(
        ['engine', 'baseModel'],
        'needs model.from: a directory with the config.json and the tokenizer of the same model',
      );
    if (engine.baseModel !== undefined && pretrain !== undefined)
      complain(['engine', 'baseModel'], 'has no use beside pretrain, which makes the base model');
  }
  if (lora !== undefined) {
    if (pretrain !== undefined) complain(['lora'], 'adapts a model that exists: take pretrain out');
    if (!lora.attention && !lora.feedForward && !lora.head)
      complain(['lora'], 'must adapt something: attention, feedForward or head');
  }
  return found;
}
