/**
 * One reply from the chunks of its stream. Complete is a reply with a finish reason only; what follows it, an error
 * object, a tool call, a second choice or what is no chunk at all is a ModelError, never an answer. Reasoning is kept
 * apart whether it comes in a field of its own or between tags. Text is kept in joined blocks: long replies stay small.
 */
import type { Delta, Reply, Usage } from '../chat-model.ts';
import { ModelError, type ModelErrorKind } from '../model-error.ts';
import type { TextField } from './chunk-pattern.ts';
import { failureInStream, isRecord } from './failure.ts';
import { TextBuffer } from './text-buffer.ts';
import { ThinkTagSplitter, type ThinkTags } from './think-tags.ts';
import { TokenCollector } from './token-collector.ts';
import { estimatedUsage, usageIn } from './usage.ts';

export interface ReplyBuilderOptions {
  /** Whose reply, for errors. */
  readonly label: string;
  readonly apiKey?: string | undefined;
  readonly thinkTags?: ThinkTags | undefined;
  /** Token ids and log-probs were asked for, so they must come. */
  readonly wantsTokens: boolean;
  /** Characters of the prompt, for an estimate where the server does not count. */
  readonly promptCharacters: number;
  readonly onDelta?: ((delta: Delta | { readonly kind: 'restart' }) => void) | undefined;
}

const reasoningFields = ['reasoning', 'reasoning_content', 'thinking'] as const;

export class ReplyBuilder {
  readonly #options: ReplyBuilderOptions;
  readonly #splitter: ThinkTagSplitter | undefined;
  readonly #tokens: TokenCollector | undefined;
  #reasoning = new TextBuffer();
  #answer = new TextBuffer();
  #finish: Reply['finish'] | undefined;
  #usage: Usage | undefined;
  #deltas = 0;
  #hasReasoningField = false;

  constructor(options: ReplyBuilderOptions) {
    this.#options = options;
    if (options.wantsTokens) this.#tokens = new TokenCollector(options.label);
    if (options.thinkTags !== undefined) {
      this.#splitter = new ThinkTagSplitter(options.thinkTags, {
        reasoning: (text) => this.#addReasoning(text),
        answer: (text) => this.#addAnswer(text),
        answerWasReasoning: (seam) => this.#answerWasReasoning(seam),
      });
    }
  }

  /** True once the model said why it ended. */
  get hasFinished(): boolean {
    return this.#finish !== undefined;
  }

  /** True once nothing that a reply needs is missing, so that a connection may break without harm. */
  get isWhole(): boolean {
    return this.#finish !== undefined && this.#usage !== undefined;
  }

  /** What the attempt came to so far, or undefined where nothing had come. */
  get usageSoFar(): Usage | undefined {
    if (this.#usage !== undefined) return this.#usage;
    return this.#deltas === 0 ? undefined : this.#estimate();
  }

  /** One chunk, parsed. */
  accept(chunk: unknown): void {
    if (!isRecord(chunk)) throw this.#failure('protocol', `a chunk is no object: ${shown(chunk)}`);
    if (chunk.error !== undefined && chunk.error !== null) throw this.#inStream(chunk.error);
    if (chunk.object === 'error') throw this.#inStream(chunk);
    this.#usage = usageIn(chunk) ?? this.#usage;
    this.#tokens?.addPrompt(chunk);
    const { choices } = chunk;
    if (choices === undefined || choices === null) return;
    if (!Array.isArray(choices)) throw this.#failure('protocol', `choices are no list: ${shown(chunk)}`);
    for (const choice of choices) this.#acceptChoice(choice);
  }

  /** The piece of text of a chunk that says nothing else. */
  acceptPiece(field: TextField, text: string): void {
    if (text === '') return;
    if (this.#finish !== undefined) throw this.#failure('protocol', 'text after the finish reason');
    this.#deltas += 1;
    if (field !== 'content' && field !== 'text') {
      this.#hasReasoningField = true;
      this.#addReasoning(text);
      // A server that sends reasoning in its own field has taken the tags away.
    } else if (this.#splitter === undefined || this.#hasReasoningField) this.#addAnswer(text);
    else this.#splitter.push(text);
  }

  /** The reply; throws where the stream ended before it did. */
  finish(): Reply {
    const finish = this.#finish;
    if (finish === undefined) {
      throw this.#failure('protocol', 'the stream ended without a finish reason: it was cut', true);
    }
    this.#splitter?.end();
    const usage = this.#usage ?? this.#estimate();
    const reasoning = this.#reasoning.toString().trim();
    const answer = this.#answer.toString().trim();
    // A reply that ends inside its reasoning has no answer, and one cut before any text neither.
    const isWithoutAnswer =
      (this.#splitter?.isInReasoning === true && !this.#hasReasoningField) ||
      (answer === '' && finish === 'length');
    const tokens = this.#tokens?.finish(this.#usage?.completionTokens);
    return {
      reasoning,
      answer: isWithoutAnswer ? undefined : answer,
      finish,
      usage,
      ...(tokens === undefined ? {} : { tokens }),
    };
  }

  #acceptChoice(choice: unknown): void {
    if (!isRecord(choice)) throw this.#failure('protocol', `a choice is no object: ${shown(choice)}`);
    if (choice.index !== undefined && choice.index !== 0) {
      throw this.#failure('protocol', `a choice of index ${String(choice.index)}, where one was asked for`);
    }
    if (choice.error !== undefined && choice.error !== null) throw this.#inStream(choice.error);
    const delta = choice.delta ?? choice;
    if (!isRecord(delta)) throw this.#failure('protocol', `a delta is no object: ${shown(choice)}`);
    this.#acceptText(delta);
    this.#tokens?.addCompletion(choice);
    const reason = choice.finish_reason;
    if (reason !== undefined && reason !== null && reason !== '') this.#acceptFinish(reason, delta);
  }

  #acceptText(delta: Readonly<Record<string, unknown>>): void {
    const reasoning = reasoningIn(delta);
    const content = delta.content ?? delta.text;
    const isEmpty = reasoning === '' && (content === undefined || content === null || content === '');
    if (isEmpty) {
      if (typeof delta.refusal === 'string' && delta.refusal !== '') {
        throw this.#failure('refused', `the model refused: ${delta.refusal}`);
      }
      return;
    }
    if (reasoning !== '') this.acceptPiece('reasoning', reasoning);
    if (content === undefined || content === null || content === '') return;
    if (typeof content !== 'string') throw this.#failure('protocol', `content is no text: ${shown(content)}`);
    this.acceptPiece('content', content);
  }

  #acceptFinish(reason: unknown, delta: Readonly<Record<string, unknown>>): void {
    const name = String(reason).toLowerCase();
    if (name === 'stop') this.#finish = 'stop';
    else if (name === 'length' || name === 'max_tokens') this.#finish = 'length';
    else if (name.startsWith('content_filter')) {
      throw this.#failure('refused', `the provider withheld the reply (${name})`);
    } else if (name === 'abort' || name === 'error') {
      throw this.#failure('server', `the server gave the reply up (finish reason ${name})`, true);
    } else if (name === 'tool_calls' || name === 'function_call') {
      throw this.#failure('protocol', `the model called a tool, and there are none: ${shown(delta)}`);
    } else throw this.#failure('protocol', `the finish reason ${shown(reason)} is unknown`);
  }

  #addReasoning(text: string): void {
    this.#reasoning.add(text);
    this.#options.onDelta?.({ kind: 'reasoning', text });
  }

  #addAnswer(text: string): void {
    // White space between the closing tag and the answer belongs to neither.
    const shownText = this.#answer.length === 0 ? text.trimStart() : text;
    if (shownText === '') return;
    this.#answer.add(shownText);
    this.#options.onDelta?.({ kind: 'answer', text: shownText });
  }

  #answerWasReasoning(seam: string): void {
    const { onDelta } = this.#options;
    this.#reasoning.add(seam);
    this.#reasoning.add(this.#answer.toString());
    this.#answer = new TextBuffer();
    onDelta?.({ kind: 'restart' });
    onDelta?.({ kind: 'reasoning', text: this.#reasoning.toString() });
  }

  #estimate(): Usage {
    const characters = this.#reasoning.length + this.#answer.length;
    return estimatedUsage(this.#options.promptCharacters, characters, this.#deltas);
  }

  #inStream(error: unknown): ModelError {
    return failureInStream(error, this.#options.label, this.#options.apiKey);
  }

  #failure(kind: ModelErrorKind, message: string, isRetryable = false): ModelError {
    return new ModelError(`${this.#options.label}: ${message}`, { kind, isRetryable });
  }
}

/** Reasoning in the field of its own that servers give it; where there are two, they are the same. */
function reasoningIn(delta: Readonly<Record<string, unknown>>): string {
  for (const field of reasoningFields) {
    const value = delta[field];
    if (typeof value === 'string' && value !== '') return value;
  }
  const details = delta.reasoning_details;
  if (!Array.isArray(details)) return '';
  return details.map(textOfDetail).join('');
}

/** OpenRouter's parts of reasoning: texts and summaries; encrypted ones cannot be read. */
function textOfDetail(detail: unknown): string {
  if (!isRecord(detail)) return '';
  const text = detail.text ?? detail.summary;
  return typeof text === 'string' ? text : '';
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 200);
}
