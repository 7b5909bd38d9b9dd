/**
 * The tokenizer seam: text to token ids and back, exactly as the model's `tokenizer.json` says, and messages to
 * a prompt as its chat template says. `decode(encode(text)) === text` for every text that the tokeniser's
 * normaliser leaves as it is (Qwen: Unicode NFC).
 */
export interface Tokenizer {
  readonly vocabularySize: number;
  /** Text to ids; special tokens written in the text are recognised, nothing is added. */
  encode(text: string): Int32Array;
  /** Ids to text; special tokens are written out, bytes that are no UTF-8 become U+FFFD. */
  decode(ids: ArrayLike<number>): string;
  /** Id of a token by its exact text, or undefined. */
  idOf(token: string): number | undefined;
  /**
   * The UTF-8 bytes that a token stands for inside a text, special tokens their own text; undefined for an id that
   * names no token. Joined over the ids of a text they are the bytes of `decode`, before what is no UTF-8 is
   * replaced (and, for SentencePiece models, before the space at the beginning is taken away).
   */
  bytesOf(id: number): Uint8Array | undefined;
  /** Text of `tokenizer.json`, to be written beside the weights. */
  readonly json: string;
  /** Text of `tokenizer_config.json` (it holds the chat template), to be written beside the weights. */
  readonly configJson: string;
}

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Renders messages for one model and takes its replies apart. */
export interface ChatFormat {
  readonly tokenizer: Tokenizer;
  /** Ends of an assistant's turn. */
  readonly stopTokenIds: readonly number[];
  /** Prompt up to and including the opening of the assistant's turn. */
  renderPrompt(messages: readonly Message[]): Int32Array;
  /** The assistant's turn that follows such a prompt, with its stop token: what SFT trains on. */
  renderReply(content: string): Int32Array;
  /** Takes sampled ids apart. Only what follows the last `</think>` is the answer. */
  parseReply(ids: ArrayLike<number>): ParsedReply;
}

export interface ParsedReply {
  readonly reasoning: string;
  /** Trimmed; undefined when a thinking block was opened and never closed. */
  readonly answer: string | undefined;
}
