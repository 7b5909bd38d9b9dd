/**
 * The model that a recipe begins from, as far as it can be known without its weights: the tokenizer loads, fits the embedding and
 * gives texts back as they were, the chat template renders, and texts to train on were written for the same template.
 */
import path from 'node:path';
import { readModelConfig } from '../../engine/model-config.ts';
import { loadDirectoryFormat, readTokenizerDirectory } from '../../model/directory-format.ts';
import { readExamples } from '../../problems/examples.ts';
import { chatTemplateDigest } from '../../tokenizer/chat-template-text.ts';
import type { ChatFormat } from '../../tokenizer/tokenizer.ts';
import type { Recipe } from '../schema.ts';
import { shownPath } from '../shown-path.ts';
import { examplesFile } from '../stages/data-examples.ts';
import { type RecipeCheck, reasonOf } from './recipe-check.ts';

export interface OwnModel {
  readonly checks: readonly RecipeCheck[];
  /** Undefined where the run makes its tokenizer, or the one that is named does not load. */
  readonly format: ChatFormat | undefined;
  /** Entries of the embedding. */
  readonly vocabularySize: number | undefined;
  /** Directory of `model.from`. */
  readonly directory: string | undefined;
}

/** Mathematics, line breaks and letters beyond ASCII, in the form that tokenizers leave as it is (NFC). */
const text = 'Let $n\\ge 2$.\n\n  Then Σ 1/k² < 2 — žluťoučký kůň, 中文, 𝔸; 1234567890.\t∎\n';

export async function checkOwnModel(recipe: Recipe, recipeDirectory: string): Promise<OwnModel> {
  const { from } = recipe.model;
  const directory = from === undefined ? undefined : path.resolve(recipeDirectory, from);
  const { kind } = recipe.tokenizer;
  if (kind === 'lab' || kind === 'bpe') {
    const found = kind === 'lab' ? "the lab's" : 'trained by the run on its texts';
    return {
      checks: [{ name: 'tokenizer', status: 'ok', found }],
      format: undefined,
      vocabularySize: undefined,
      directory,
    };
  }
  const place =
    recipe.tokenizer.kind === 'directory'
      ? path.resolve(recipeDirectory, recipe.tokenizer.path)
      : (directory ?? '');
  const nothing = { format: undefined, vocabularySize: undefined, directory };
  let format: ChatFormat;
  let digest: string;
  try {
    format = await loadDirectoryFormat(place);
    digest = chatTemplateDigest((await readTokenizerDirectory(place)).configJson);
  } catch (error) {
    const mend =
      "Put the model's own tokenizer.json and tokenizer_config.json there, with its chat template.";
    return { ...nothing, checks: [{ name: 'tokenizer', status: 'failed', found: reasonOf(error), mend }] };
  }
  const vocabularySize = directory === undefined ? undefined : (await readModelConfig(directory)).vocab_size;
  return {
    checks: [
      tokenizerCheck(format, vocabularySize, place),
      templateCheck(format, digest),
      ...(await textsCheck(recipe, recipeDirectory, digest)),
    ],
    ...{ format, vocabularySize, directory },
  };
}

function tokenizerCheck(
  { tokenizer }: ChatFormat,
  embeddings: number | undefined,
  place: string,
): RecipeCheck {
  const name = 'tokenizer';
  const entries = tokenizer.vocabularySize;
  const at = shownPath(place);
  if (embeddings !== undefined && (entries > embeddings || entries < 0.9 * embeddings))
    return {
      ...{ name, status: 'failed' },
      found: `${entries} entries in ${at}, ${embeddings} embeddings in config.json: it is another model's`,
      mend: "Put the model's own tokenizer beside its config.json.",
    };
  const back = tokenizer.decode(tokenizer.encode(text));
  if (back !== text)
    return {
      ...{ name, status: 'warning', found: `a text comes back as ${JSON.stringify(back).slice(0, 80)}` },
      mend: 'Texts that it cannot give back are trained on as it reads them; look whether it matters.',
    };
  const beside = embeddings === undefined ? '' : ` for ${embeddings} embeddings`;
  return { name, status: 'ok', found: `${entries} entries${beside}, gives a text back as it was` };
}

function templateCheck(format: ChatFormat, digest: string): RecipeCheck {
  const name = 'chat template';
  try {
    const { length } = format.renderPrompt([{ role: 'user', content: 'Prove it.' }]);
    const ends = format.stopTokenIds.map((id) => JSON.stringify(format.tokenizer.decode([id])));
    return {
      ...{ name, status: 'ok' },
      found: `SHA-256 ${digest.slice(0, 12)}…, renders (${length} tokens for one line), turns end with ${ends.join(' or ')}`,
    };
  } catch (error) {
    return {
      name,
      status: 'failed',
      found: reasonOf(error),
      mend: 'Use the chat template that the model came with.',
    };
  }
}

/** The first text says what all were written for: a file is of one making. */
async function textsCheck(recipe: Recipe, recipeDirectory: string, digest: string): Promise<RecipeCheck[]> {
  const { data } = recipe;
  if (recipe.sft === undefined || (data.kind !== 'examples' && data.kind !== 'problems')) return [];
  const given = data.kind === 'examples' ? data.path : data.texts;
  if (given === undefined) return [];
  const name = 'texts';
  try {
    const file = examplesFile({ recipeDirectory }, given);
    if (!/\.jsonl?$/.test(file)) {
      const found = `${shownPath(file)} is there; its texts are read when the run begins`;
      return [{ name, status: 'unchecked', found, mend: 'JSONL is looked into here.' }];
    }
    for await (const { chat_template_sha256: meant } of readExamples(file)) {
      if (meant === undefined)
        return [
          {
            ...{
              name,
              status: 'unchecked',
              found: `${shownPath(file)} does not say which chat template it was written for`,
            },
            mend: 'qed data distill --tokenizer says it.',
          },
        ];
      if (meant === digest) return [{ name, status: 'ok', found: 'written for this chat template' }];
      return [
        {
          ...{ name, status: data.chatTemplate === 'any' ? 'warning' : 'failed' },
          found: `${shownPath(file)} was written for the chat template ${meant.slice(0, 12)}…, not for this one`,
          mend: 'Distil with the tokenizer of this model (qed data distill --tokenizer).',
        },
      ];
    }
    return [
      { name, status: 'failed', found: `${shownPath(file)} is empty`, mend: 'Distil some texts first.' },
    ];
  } catch (error) {
    return [
      { name, status: 'failed', found: reasonOf(error), mend: 'The message says what is expected there.' },
    ];
  }
}
