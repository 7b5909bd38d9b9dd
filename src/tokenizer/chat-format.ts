/**
 * Messages to token ids and sampled ids back to reasoning and answer, as a model's own chat template says.
 * TOKEN-EXACT: a sampled reply is parsed by its ids and never encoded again. FENCED-CANDIDATE: a control token
 * written in a message stays text (`<|im_end|>` becomes `<\u200b|im_end|>`), so no content can end its own turn.
 *
 * `renderPrompt ++ renderReply` equals the encoding of the rendered whole up to the stop token, unless the reply's
 * first characters are white space with a line break in it, which the pre-tokeniser joins to the one that ends the
 * prompt. A model samples its reply after the prompt's tokens as they are, so the parts are what training needs.
 */
import { z } from 'zod';
import { compileChatTemplate } from './chat-template.ts';
import { chatTemplateText } from './chat-template-text.ts';
import type { ChatFormat, Message, ParsedReply, Tokenizer } from './tokenizer.ts';

const configSchema = z.looseObject({});
/** As a text, or as older files write it with the token's flags. */
const namedTokenSchema = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
/** Tokens that templates know by these names, where the configuration has them. */
const tokenNames = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
];
const specialSchema = z.looseObject({
  added_tokens: z.array(
    z.looseObject({ content: z.string(), id: z.number(), special: z.boolean().default(false) }),
  ),
});

/**
 * The chat format of a tokenizer whose configuration has a `chat_template`; of several the one named `default`.
 * `variables` go to the template (Qwen3 knows `enable_thinking`), after what transformers gives it: the special
 * tokens by name, and no tools. `now` is the time for templates that write the date (Llama 3.2); without it they take
 * the fixed date that they have for that case, and a run's prompts stay the same the day after. The stop token is the
 * special token that the template writes after an assistant's turn. Throws an Error if there is no template or no such
 * token.
 */
export function createChatFormat(
  tokenizer: Tokenizer,
  options: { readonly variables?: Readonly<Record<string, unknown>>; readonly now?: Date } = {},
): ChatFormat {
  const template = compileChatTemplate(
    chatTemplateText(tokenizer.configJson),
    options.now === undefined ? {} : { now: options.now },
  );
  const namedTokens = specialTokensOf(configSchema.parse(JSON.parse(tokenizer.configJson)));
  const controls = specialSchema
    .parse(JSON.parse(tokenizer.json))
    .added_tokens.filter((token) => token.special);
  const controlIds = new Set(controls.map(({ id }) => id));
  const contentFence = fence(controls.map(({ content }) => content));

  const render = (messages: readonly Message[], addGenerationPrompt: boolean): string =>
    template({
      ...namedTokens,
      tools: null,
      documents: null,
      ...options.variables,
      messages: messages.map(({ role, content }) => ({ role, content: contentFence(content) })),
      add_generation_prompt: addGenerationPrompt,
    });

  const stop = stopToken(
    render,
    controls.map(({ content }) => content),
  );
  const stopId = tokenizer.idOf(stop);
  if (stopId === undefined) throw new Error(`stop token ${stop} is not in the vocabulary`);
  const openId = tokenizer.idOf('<think>');
  const closeId = tokenizer.idOf('</think>');
  const opening = render([{ role: 'user', content: 'x' }], true);
  const promptOpensThinking = opening.lastIndexOf('<think>') > opening.lastIndexOf('</think>');
  const thinkingOpened = opening.slice(opening.lastIndexOf('<think>') + '<think>'.length);

  return {
    tokenizer,
    stopTokenIds: [stopId],
    renderPrompt: (messages) => tokenizer.encode(render(messages, true)),
    renderReply: (content) => {
      const reply = promptOpensThinking ? withoutOpening(content, thinkingOpened) : content;
      const content_T = encodeAfter(opening, contentFence(reply), tokenizer);
      const reply_T = new Int32Array(content_T.length + 1).fill(stopId);
      reply_T.set(content_T);
      return reply_T;
    },
    parseReply: (ids) => {
      const kept = withoutTrailing(ids, controlIds);
      return openId === undefined || closeId === undefined
        ? parseText(tokenizer.decode(kept), promptOpensThinking)
        : parseIds(kept, openId, closeId, promptOpensThinking, (part) => tokenizer.decode(part));
    },
  };
}

function specialTokensOf(config: Readonly<Record<string, unknown>>): Record<string, string> {
  const tokens: Record<string, string> = {};
  for (const name of tokenNames) {
    const parsed = namedTokenSchema.safeParse(config[name]);
    if (!parsed.success) throw new Error(`tokenizer_config.json: ${name} is neither a text nor a token`);
    const token = typeof parsed.data === 'string' ? parsed.data : parsed.data?.content;
    if (token !== undefined) tokens[name] = token;
  }
  return tokens;
}

/**
 * The tokens of a text where it follows another. They differ from the text's own where a tokenizer puts a space before
 * every text (SentencePiece), and are its own where its first characters are joined to what comes before.
 */
function encodeAfter(before: string, text: string, tokenizer: Tokenizer): Int32Array {
  const before_T = tokenizer.encode(before);
  const both_T = tokenizer.encode(before + text);
  return before_T.every((id, i) => both_T[i] === id)
    ? both_T.subarray(before_T.length)
    : tokenizer.encode(text);
}

/** Data sets write the whole thinking block into a reply; where the prompt has opened it, the reply goes on from there. */
function withoutOpening(content: string, opened: string): string {
  const [open] = /^\s*<think>/.exec(content) ?? [];
  if (open === undefined) return content;
  const rest = content.slice(open.length);
  return rest.startsWith(opened) ? rest.slice(opened.length) : rest;
}

/** Breaks control tokens in a text with a zero-width space after their first character. */
function fence(controls: readonly string[]): (content: string) => string {
  const longestFirst = [...controls].sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return (content) => content;
  const pattern = new RegExp(longestFirst.map(escapePattern).join('|'), 'g');
  return (content) => content.replace(pattern, (token) => `${token.slice(0, 1)}\u200b${token.slice(1)}`);
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function stopToken(
  render: (messages: readonly Message[], addGenerationPrompt: boolean) => string,
  controls: readonly string[],
): string {
  const probe = 'probe-of-the-template';
  const messages: Message[] = [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: probe },
  ];
  const rendered = render(messages, false);
  const rest = rendered.slice(rendered.lastIndexOf(probe) + probe.length);
  const found = controls
    .map((token) => ({ token, at: rest.indexOf(token) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at || b.token.length - a.token.length)[0];
  if (found === undefined) throw new Error('chat_template ends no assistant turn with a special token');
  return found.token;
}

function withoutTrailing(ids: ArrayLike<number>, controlIds: ReadonlySet<number>): number[] {
  const kept = Array.from(ids);
  while (kept.length > 0 && controlIds.has(kept.at(-1) ?? -1)) kept.pop();
  return kept;
}

function parseIds(
  ids: readonly number[],
  openId: number,
  closeId: number,
  promptOpensThinking: boolean,
  decode: (ids: readonly number[]) => string,
): ParsedReply {
  const close = ids.lastIndexOf(closeId);
  const open = ids.lastIndexOf(openId);
  const unclosed = open > close || (close < 0 && promptOpensThinking);
  const withoutMark = (part: readonly number[]): string =>
    decode(part[0] === openId ? part.slice(1) : part).trim();
  if (unclosed) return { reasoning: withoutMark(ids), answer: undefined };
  if (close < 0) return { reasoning: '', answer: decode(ids).trim() };
  return { reasoning: withoutMark(ids.slice(0, close)), answer: decode(ids.slice(close + 1)).trim() };
}

/** The same for a vocabulary without the marks as single tokens. */
function parseText(text: string, promptOpensThinking: boolean): ParsedReply {
  const close = text.lastIndexOf('</think>');
  const open = text.lastIndexOf('<think>');
  const withoutMark = (part: string): string =>
    part
      .trim()
      .replace(/^<think>/, '')
      .trim();
  if (open > close || (close < 0 && promptOpensThinking))
    return { reasoning: withoutMark(text), answer: undefined };
  if (close < 0) return { reasoning: '', answer: text.trim() };
  return {
    reasoning: withoutMark(text.slice(0, close)),
    answer: text.slice(close + '</think>'.length).trim(),
  };
}
