/**
 * A program: a server in a process of its own that streams the scripted reply to every request, one token at a time to
 * one stream after the other, as a server that decodes a batch does, and as fast as the readers take it. It begins when
 * all calls of a round have come, so that they are under way at once whoever makes them. Obeys lines of JSON on standard
 * input (`listen`, `spent`) and answers with lines.
 */
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { headerOfReply, type ScriptedReply, scriptedReply } from './scripted-reply.ts';

interface Stream {
  readonly socket: Socket;
  /** The next event to be written. */
  next: number;
}

/** Calls of a round. */
const calls = Number(process.argv[2]);
/** Events written at a time to one stream. */
const burst = Number(process.argv[3]);
const replies = new Map<number, ScriptedReply>();
const streams = new Set<Stream>();
let isStepping = false;

function step(): void {
  isStepping = true;
  for (const stream of streams) {
    const { socket } = stream;
    if (socket.writableNeedDrain) continue;
    const { bytes, offsets } = replyOf(socket);
    const from = stream.next;
    stream.next = Math.min(from + burst, offsets.length - 1);
    socket.write(bytes.subarray(offsets[from], offsets[stream.next]));
    if (stream.next === offsets.length - 1) {
      streams.delete(stream);
      socket.end();
    }
  }
  if (streams.size > 0) setImmediate(step);
  else isStepping = false;
}

const tokensOf = new WeakMap<Socket, number>();

function replyOf(socket: Socket): ScriptedReply {
  const tokens = tokensOf.get(socket) ?? 0;
  const known = replies.get(tokens);
  if (known !== undefined) return known;
  const made = scriptedReply(tokens);
  replies.set(tokens, made);
  return made;
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
    const head = received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/^content-length: *(\d+)/im.exec(received)?.[1] ?? 0);
    if (received.length < head + 4 + length) return;
    const body = JSON.parse(received.slice(head + 4, head + 4 + length)) as Record<string, unknown>;
    received = '';
    tokensOf.set(socket, Number(body.max_tokens ?? body.max_completion_tokens));
    socket.write(headerOfReply);
    streams.add({ socket, next: 0 });
    if (streams.size === calls && !isStepping) setImmediate(step);
  });
  // Who leaves early is a matter of the client's own figures.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    for (const stream of streams) if (stream.socket === socket) streams.delete(stream);
  });
});

for await (const line of createInterface({ input: process.stdin })) {
  const { do: what } = JSON.parse(line) as { do: string };
  if (what === 'listen') {
    await new Promise<void>((resolve) =>
      server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve),
    );
    const address = server.address();
    answer({ port: typeof address === 'object' && address !== null ? address.port : 0 });
  } else {
    const { user, system } = process.cpuUsage();
    answer({ cpuSeconds: (user + system) / 1e6 });
  }
}
server.close();

function answer(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
