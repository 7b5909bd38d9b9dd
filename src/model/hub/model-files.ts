/**
 * Which files of a repository on the hub make up a model: settings, tokenizer, card and licence, and the weights as
 * safetensors. Files in folders, and copies of the weights in other formats, are none of them.
 */
import { indexFile, weightsFile } from '../../engine/sharded-safetensors.ts';

const smallFile = [
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab)\.json$/,
  /^(merges\.txt|chat_template\.jinja|README\.md|LICENSE[\w.-]*|NOTICE[\w.-]*)$/,
];
const required = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];

/** Names of all but the weights. Throws an Error, which begins with `place`, where the model lacks what it needs. */
export function smallFilesOf(place: string, names: readonly string[]): readonly string[] {
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length === 0) return names.filter((name) => smallFile.some((pattern) => pattern.test(name)));
  const gguf = names.find((name) => name.toLowerCase().endsWith('.gguf'));
  const why = names.includes('adapter_config.json')
    ? 'it is an adapter, not a model: name the model that it adapts, or one with the adapter merged'
    : gguf !== undefined
      ? `it has GGUF files: download one (${gguf}) and import that file`
      : missing.includes('config.json')
        ? 'it is no model in the layout of transformers'
        : `its tokenizer is in another form (${names.filter((name) => /tokeni[sz]er|spiece|\.model$/.test(name)).join(', ') || 'none is there'}); save it with AutoTokenizer.save_pretrained`;
  throw new Error(`${place}: there is no ${missing.join(', no ')}; ${why}`);
}

/** The one file of weights, or the index of several. Throws as above where there is neither. */
export function weightsEntry(place: string, names: readonly string[]): string {
  const found = [weightsFile, indexFile].find((name) => names.includes(name));
  if (found !== undefined) return found;
  const other = names.filter((name) => /\.(bin|pth?|gguf|h5|msgpack|onnx|safetensors)$/.test(name));
  const has = other.length === 0 ? 'it has no weights' : `it has ${other.slice(0, 3).join(', ')}`;
  throw new Error(
    `${place}: there is neither ${weightsFile} nor ${indexFile}; ${has}. Only the small files are taken with --without-weights`,
  );
}
