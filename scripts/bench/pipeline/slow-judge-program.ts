/**
 * A program: an OpenAI-compatible judge in a process of its own that takes its time. It thinks for so many seconds about
 * every proof and gives points that are a function of what it was asked. Prints its address; ends with its standard input.
 */
import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

const milliseconds = 1000 * Number(process.argv[2]);

const server = http.createServer((request, response) => {
  const hash = createHash('sha256');
  request.on('data', (piece: Buffer) => hash.update(piece));
  request.on('end', () => {
    const points = (hash.digest()[0] ?? 0) % 8;
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(reply(`It follows the scheme.\n<points>${points}</points>`));
    }, milliseconds);
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit()).resume();

function reply(content: string): string {
  const events = [
    { choices: [{ index: 0, delta: { content }, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { choices: [], usage: { prompt_tokens: 500, completion_tokens: 20, total_tokens: 520 } },
  ];
  return `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`;
}
