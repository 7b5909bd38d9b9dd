/**
 * The reply that the load server gives to every call: events of one token each, as an OpenAI-compatible server writes
 * them, framed for HTTP ahead of time, so that the server costs as little as a server can. Texts are words of a proof;
 * one in sixteen needs an escape in JSON.
 */

export interface ScriptedReply {
  /** All of it, in HTTP's chunked coding. */
  readonly bytes: Buffer;
  /** Where event i begins; one more for the end. */
  readonly offsets: readonly number[];
  /** Characters of the text. */
  readonly characters: number;
}

const words = [
  'Let',
  ' x',
  ' be',
  ' prime',
  '.',
  ' Then',
  ' $',
  'p',
  '^2',
  '$',
  ' divides',
  ' 24',
  ' k',
  ' and',
  ' so',
];
const escaped = ['\n', ' \\mid', ' "', '\n\n'];

export const headerOfReply =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n';

/** A role, `tokens` pieces of text, a finish reason, usage, and the mark of the end. */
export function scriptedReply(tokens: number): ScriptedReply {
  const head = {
    id: 'chatcmpl-load',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'load',
  };
  const choice = (delta: object, finish: string | null): string =>
    JSON.stringify({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      usage: null,
    });
  const usage = { prompt_tokens: 8, completion_tokens: tokens, total_tokens: 8 + tokens };
  // White space at the end of an answer is no part of it, and all that is sent must be received.
  const texts = Array.from({ length: tokens }, (_, i) => (i === tokens - 1 ? '.' : wordAt(i)));
  const events = [
    choice({ role: 'assistant', content: '' }, null),
    ...texts.map((content) => choice({ content }, null)),
    choice({}, 'stop'),
    JSON.stringify({ ...head, choices: [], usage }),
    '[DONE]',
  ];
  const frames = events.map((event) => framed(`data: ${event}\n\n`));
  frames.push(Buffer.from('0\r\n\r\n'));
  const offsets = [0];
  for (const frame of frames) offsets.push((offsets.at(-1) ?? 0) + frame.length);
  return {
    bytes: Buffer.concat(frames),
    offsets,
    characters: texts.reduce((sum, text) => sum + text.length, 0),
  };
}

function wordAt(index: number): string {
  const from = index % 16 === 15 ? escaped : words;
  return from[(index * 7 + (index >> 4)) % from.length] ?? '';
}

function framed(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}
