/**
 * Whether a server that serves the recipe's own model reads messages as the trainer does: the same messages must be the same token
 * ids (chat template and tokenizer together), tokens must stand for the same text, and the vocabulary must end at the same id. A
 * policy that is asked in another form than it was trained in is another policy, and nothing else would tell.
 */
import { isRecord } from '../../engine/json-file.ts';
import type { ServedModel } from '../../model/open-model.ts';
import type { ChatFormat, Message } from '../../tokenizer/tokenizer.ts';
import { askServer } from './ask-server.ts';
import type { RecipeCheck } from './recipe-check.ts';

export interface SameTokensOptions {
  readonly label: string;
  readonly served: ServedModel;
  readonly format: ChatFormat;
  /** Of the model's config.json. */
  readonly vocabularySize: number;
  readonly patience: number;
}

/** Turns, mathematics, line breaks and letters beyond ASCII: what templates and tokenizers differ in. */
const conversations: readonly (readonly Message[])[] = [
  [{ role: 'user', content: 'Prove that $\\sqrt{2}$ is irrational.\n\nGive every step.' }],
  [
    { role: 'system', content: 'You are a careful mathematician.' },
    { role: 'user', content: '  Find all n ∈ ℕ with n² ≡ 1 (mod 24).  ' },
    { role: 'assistant', content: '<think>\nTry n = 5.\n</think>\n\nn = 5 works: 25 = 24 + 1.' },
    { role: 'user', content: 'Žádné další?\tAnd 中文? 1234567890' },
  ],
];

export async function checkSameTokens(options: SameTokensOptions): Promise<RecipeCheck[]> {
  return [await templateCheck(options), await textCheck(options), await vocabularyCheck(options)];
}

type ServerPrompt =
  | { readonly kind: 'ids'; readonly ids: readonly number[]; readonly by: string }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'none'; readonly reason: string };

async function templateCheck(options: SameTokensOptions): Promise<RecipeCheck> {
  const name = `${options.label} chat template`;
  let countOnly = false;
  let by = '';
  let tokens = 0;
  for (const messages of conversations) {
    let own: readonly number[];
    try {
      own = [...options.format.renderPrompt(messages)];
    } catch {
      // A template that has no system turn, for example, says so itself.
      continue;
    }
    const theirs = await serverPrompt(options, messages);
    if (theirs.kind === 'none')
      return {
        ...{ name, status: 'unchecked', found: theirs.reason },
        mend: 'Compare by hand: the same chat_template must be in the tokenizer_config.json of the server.',
      };
    if (theirs.kind === 'count') {
      countOnly = true;
      if (theirs.count !== own.length)
        return difference(name, `${own.length} tokens here, ${theirs.count} there`);
      continue;
    }
    ({ by } = theirs);
    tokens += own.length;
    const at = firstDifference(own, theirs.ids);
    if (at === undefined) continue;
    const piece = (ids: readonly number[]): string =>
      JSON.stringify(options.format.tokenizer.decode(ids.slice(at, at + 6)));
    return difference(
      name,
      `token ${at} is ${own[at] ?? 'none'} here (${piece(own)}) and ${theirs.ids[at] ?? 'none'} there (${piece(theirs.ids)})`,
    );
  }
  if (countOnly)
    return {
      ...{ name, status: 'warning', found: 'as many tokens as here, but the server does not say which' },
      mend: 'vLLM says which (/tokenize, return_token_ids); with others compare the templates by hand.',
    };
  if (tokens === 0)
    return {
      ...{ name, status: 'unchecked', found: 'the template here renders none of the conversations' },
      mend: 'Look at the chat_template of the model.',
    };
  return { name, status: 'ok', found: `the same ${tokens} token ids for the same messages (${by})` };
}

function difference(name: string, found: string): RecipeCheck {
  return {
    ...{ name, status: 'failed', found: `the same messages are other tokens: ${found}` },
    mend: 'Serve the directory that the recipe trains (its tokenizer and chat_template), or start the server with --chat-template.',
  };
}

function firstDifference(a: readonly number[], b: readonly number[]): number | undefined {
  const at = a.findIndex((id, index) => id !== b[index]);
  if (at >= 0) return at;
  return a.length === b.length ? undefined : a.length;
}

/** How the server reads messages: by vLLM's own question, by a reply that tells the prompt's ids, or by a count. */
async function serverPrompt(options: SameTokensOptions, messages: readonly Message[]): Promise<ServerPrompt> {
  const { served, patience } = options;
  const { model } = served;
  const direct = await askServer({
    ...{ url: atRoot(served, 'tokenize'), headers: headersOf(served), patience },
    body: { model, messages, add_generation_prompt: true },
  });
  if (direct.kind === 'answer' && direct.status === 200 && isRecord(direct.json)) {
    const ids = idsOf(direct.json.tokens);
    if (ids !== undefined) return { kind: 'ids', ids, by: '/tokenize' };
  }
  const reply = await askServer({
    ...{
      url: `${served.baseUrl.replace(/\/*$/, '')}/chat/completions`,
      headers: headersOf(served),
      patience,
    },
    body: { model, messages, max_tokens: 1, return_token_ids: true },
  });
  if (reply.kind === 'none') return { kind: 'none', reason: reply.reason };
  if (reply.status !== 200 || !isRecord(reply.json))
    return { kind: 'none', reason: `it answers ${reply.status} (${reply.text})` };
  const ids = idsOf(reply.json.prompt_token_ids);
  if (ids !== undefined) return { kind: 'ids', ids, by: 'prompt_token_ids' };
  const { usage } = reply.json;
  const counted = isRecord(usage) ? usage.prompt_tokens : undefined;
  if (typeof counted === 'number') return { kind: 'count', count: counted };
  return { kind: 'none', reason: 'it tells neither the tokens of a prompt nor how many there are' };
}

async function textCheck({ label, served, format, patience }: SameTokensOptions): Promise<RecipeCheck> {
  const name = `${label} tokenizer`;
  const text = 'Let $n\\ge 2$; then Σ 1/k² < 2 — žluťoučký 中文.\n';
  const tokens = [...format.tokenizer.encode(text)];
  const answer = await askServer({
    ...{ url: atRoot(served, 'detokenize'), headers: headersOf(served), patience },
    body: { model: served.model, tokens },
  });
  const prompt =
    answer.kind === 'answer' && answer.status === 200 && isRecord(answer.json)
      ? answer.json.prompt
      : undefined;
  if (typeof prompt !== 'string')
    return {
      ...{ name, status: 'unchecked', found: 'the server does not turn tokens into text' },
      mend: 'vLLM does (/detokenize); with others the template above is all there is to go by.',
    };
  if (prompt === format.tokenizer.decode(tokens))
    return { name, status: 'ok', found: `${tokens.length} tokens stand for the same text there` };
  return {
    ...{
      name,
      status: 'failed',
      found: `tokens of ${JSON.stringify(text)} are ${JSON.stringify(prompt)} there`,
    },
    mend: 'It is another tokenizer: serve the directory that the recipe trains.',
  };
}

/** The last id is taken, the one after it refused. */
async function vocabularyCheck(options: SameTokensOptions): Promise<RecipeCheck> {
  const { label, vocabularySize } = options;
  const name = `${label} vocabulary`;
  const isTaken = async (id: number): Promise<boolean | undefined> => {
    const { served, patience } = options;
    const answer = await askServer({
      ...{ url: `${served.baseUrl.replace(/\/*$/, '')}/completions`, headers: headersOf(served), patience },
      body: { model: served.model, prompt: [id], max_tokens: 1 },
    });
    if (answer.kind === 'none' || (answer.status !== 200 && answer.status !== 400)) return undefined;
    return answer.status === 200;
  };
  const [last, beyond] = [await isTaken(vocabularySize - 1), await isTaken(vocabularySize)];
  if (last === true && beyond === false)
    return { name, status: 'ok', found: `${vocabularySize} entries, as in config.json` };
  if (last === undefined || beyond === undefined || (last && beyond))
    return {
      ...{
        name,
        status: 'unchecked',
        found: 'the server does not tell ids that it has from those that it has not',
      },
      mend: 'Compare vocab_size of its config.json by hand.',
    };
  return {
    ...{
      name,
      status: 'failed',
      found: `the server refuses id ${vocabularySize - 1}, the last of config.json here`,
    },
    mend: 'It serves a model with a smaller vocabulary: serve the directory that the recipe trains.',
  };
}

function headersOf({ apiKey }: ServedModel): Record<string, string> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}

/** vLLM answers such questions beside `/v1`. */
function atRoot({ baseUrl }: ServedModel, question: string): string {
  return `${baseUrl.replace(/\/*$/, '').replace(/\/v1$/, '')}/${question}`;
}

function idsOf(value: unknown): readonly number[] | undefined {
  return Array.isArray(value) && value.every((id) => Number.isInteger(id)) ? (value as number[]) : undefined;
}
