/**
 * Takes reasoning out of text that marks it with tags, piece by piece, wherever a tag is cut. The rule is the one of
 * the chat formats: only what follows the last closing tag is the answer. So a closing tag that comes when an answer
 * seemed to have begun turns all before it into reasoning: the template had opened the block.
 */
export interface ThinkTags {
  readonly open: string;
  readonly close: string;
  /** The chat template ends with the opening tag, so that the reply begins inside the block. */
  readonly isOpened: boolean;
}

export interface ThinkTagSink {
  reasoning(text: string): void;
  answer(text: string): void;
  /** What was given as answer so far is reasoning after all, joined to the reasoning before it by `seam`. */
  answerWasReasoning(seam: string): void;
}

export class ThinkTagSplitter {
  readonly #tags: ThinkTags;
  readonly #sink: ThinkTagSink;
  #state: 'beginning' | 'reasoning' | 'answer' = 'beginning';
  #hasClosed = false;
  /** What may yet be a part of a tag. */
  #held = '';

  constructor(tags: ThinkTags, sink: ThinkTagSink) {
    this.#tags = tags;
    this.#sink = sink;
  }

  /** True while the text that comes is reasoning. */
  get isInReasoning(): boolean {
    return this.#state === 'reasoning' || (this.#state === 'beginning' && this.#tags.isOpened);
  }

  push(piece: string): void {
    let text = this.#held + piece;
    this.#held = '';
    if (this.#state === 'beginning') {
      const body = text.trimStart();
      const { open } = this.#tags;
      if (body.length < open.length && open.startsWith(body)) {
        this.#held = text;
        return;
      }
      const isOpening = body.startsWith(open);
      this.#state = isOpening || this.#tags.isOpened ? 'reasoning' : 'answer';
      if (isOpening) text = body.slice(open.length);
    }
    const { close } = this.#tags;
    for (let at = text.indexOf(close); at !== -1; at = text.indexOf(close)) {
      this.#give(text.slice(0, at));
      if (this.#state === 'answer') this.#sink.answerWasReasoning(this.#hasClosed ? close : '');
      this.#state = 'answer';
      this.#hasClosed = true;
      text = text.slice(at + close.length);
    }
    const held = lengthOfTagBegun(text, close);
    this.#give(text.slice(0, text.length - held));
    this.#held = text.slice(text.length - held);
  }

  /** The text ended: what was held back is no tag. */
  end(): void {
    if (this.#state === 'beginning' && this.#held.trim() !== '') {
      this.#state = this.#tags.isOpened ? 'reasoning' : 'answer';
    }
    if (this.#state !== 'beginning') this.#give(this.#held);
    this.#held = '';
  }

  #give(text: string): void {
    if (text === '') return;
    if (this.#state === 'reasoning') this.#sink.reasoning(text);
    else this.#sink.answer(text);
  }
}

/** Length of the longest end of `text` that `tag` begins with. */
function lengthOfTagBegun(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length -= 1) {
    if (text.endsWith(tag.slice(0, length))) return length;
  }
  return 0;
}
