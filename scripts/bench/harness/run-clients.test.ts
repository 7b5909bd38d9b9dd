import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runClients } from './run-clients.ts';
import { scriptedReply } from './scripted-reply.ts';

const load = { calls: 8, tokens: 100, burst: 3, patience: { repeats: 1, extraSeconds: 0 } };
const client = { command: process.execPath, rounds: 2, repeats: 1 };

test('bare sockets and the client receive all of every reply, in processes of their own', async () => {
  const { bytes, characters } = scriptedReply(load.tokens);
  const { drain, qed } = await runClients<'drain' | 'qed'>(
    {
      drain: { ...client, program: 'drain-program.ts' },
      qed: { ...client, program: 'client-program.ts', characters: characters * load.calls * client.rounds },
    },
    load,
  );
  const report = qed?.reports[0] ?? assert.fail();
  assert.ok(report.seconds > 0 && report.cpuSeconds > 0 && report.processSeconds > report.cpuSeconds);
  assert.equal(report.peakBytes.length, client.rounds);
  // The answers themselves, and their headers.
  const received = drain?.reports[0]?.received ?? assert.fail();
  assert.ok(received > bytes.length * load.calls * client.rounds);
});

test('a client that has not received everything is an error', async () => {
  const qed = { ...client, program: 'client-program.ts', characters: 1 };
  await assert.rejects(runClients({ qed }, load), /received \d+ characters instead of 1/);
});
