/**
 * A program: the reward of stage rl for a trainer that is not ours, over HTTP. A POST of [{problem, tokens}] is answered
 * with as many rewards. Its argument is the run that has the problems and the tokenizer. Prints its port; ends with its
 * standard input.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { loadDirectoryFormat } from '../../../src/model/directory-format.ts';
import type { Problem } from '../../../src/problems/problem.ts';
import { readProblems } from '../../../src/problems/problem-file.ts';
import { exactReward } from './exact-reward.ts';

const data = path.join(process.argv[2] ?? '', 'data');
const format = await loadDirectoryFormat(path.join(data, 'tokenizer'));
const problems = new Map<string, Problem>(
  (await readProblems(path.join(data, 'train.jsonl'))).map((problem) => [problem.id, problem]),
);
const attemptsSchema = z.array(z.object({ problem: z.string(), tokens: z.array(z.int()) }));

async function rewards(body: string): Promise<readonly number[]> {
  const attempts = attemptsSchema.parse(JSON.parse(body));
  return await Promise.all(
    attempts.map(({ problem: id, tokens }) => {
      const problem = problems.get(id);
      if (problem === undefined) throw new Error(`there is no problem ${id}`);
      return exactReward(format, problem, tokens);
    }),
  );
}

const server = http.createServer(async (request, response) => {
  try {
    const answer = JSON.stringify(await rewards(await text(request)));
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
// The trainer asks once a step, over one connection.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit()).resume();
