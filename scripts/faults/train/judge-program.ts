/**
 * A judge as a server of its own that may be killed at any time: an OpenAI-compatible endpoint whose grades are a function of the
 * request. What it did is in a file that outlives it, one line a request: `asked` when it came, `answered` when all of
 * the reply was handed over.
 *
 * Usage: judge-program.ts LOG_FILE PORT (0: any). Says its port, then the number of each request, over the channel of
 * `child_process.fork`, and ends when that closes.
 */
import { appendFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { scriptedReply } from '../../../src/model/openai/fixtures/scripted-policy.ts';
import { chunk, done, event, finished } from '../../../src/model/openai/fixtures/scripted-server.ts';

const [, , logFile = '', port = '0'] = process.argv;
/** Milliseconds to the reply: long enough to be killed in. */
const latency = (request: string): number => 5 + (Number.parseInt(request.slice(0, 4), 16) % 20);
let asked = 0;

const server = http.createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(pieces).toString('utf8')) as Record<string, unknown>;
    const { request: name, answer, finish, promptTokens } = scriptedReply(body);
    appendFileSync(logFile, `asked ${name}\n`);
    asked += 1;
    process.send?.({ asked });
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      const usage = { prompt_tokens: promptTokens, completion_tokens: answer.length };
      const text = [
        ...[chunk({ role: 'assistant', content: answer.join('') }), finished(finish)],
        ...[event({ choices: [], usage: { ...usage, total_tokens: promptTokens + answer.length } }), done],
      ].join('');
      response.end(text, () => appendFileSync(logFile, `answered ${name}\n`));
    }, latency(name));
  });
});
process.on('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
server.listen(Number(port), '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
