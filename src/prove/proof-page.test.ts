import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { problemSchema } from '../problems/problem.ts';
import { proofMarkdown } from './proof-markdown.ts';
import { proofPage } from './proof-page.ts';
import type { ProofReport } from './proof-report.ts';
import type { TraceCall } from './trace.ts';

const hostile = '</pre></details><script>alert(1)</script><img src="http://evil/x" onerror="alert(1)">';

function call(label: string, role: string, from: readonly string[], text: string): TraceCall {
  const usage = { promptTokens: 10, completionTokens: 1234 };
  const outcome = {
    ...({ kind: 'reply', finish: 'length', usage, dollars: 0.5, seconds: 2.25, maxTokens: 1234 } as const),
    reasoning: text,
    answer: text,
  };
  return { label, role, from, model: 'm', messages: [{ role: 'user', content: text }], outcome };
}

const report: ProofReport = {
  problem: problemSchema.parse({ id: hostile, statement: `Prove that $a+b=b+a$. ${hostile}` }),
  attempts: [
    {
      status: 'budget',
      proof: `By $\\mathbb{N}$-induction. ${hostile}`,
      why: 'the best so far: draft 2',
      ended: 'the budget of this run is spent',
      writer: undefined,
      turns: [],
      trace: {
        calls: [
          call('solve-1/write', 'solve', [], hostile),
          call('merge', 'merge', ['solve-1/write', 'solve-1'], 'x'.repeat(100_000)),
          { ...call('late', 'verify', [], ''), outcome: { kind: 'refused', message: hostile } },
        ],
        notes: [
          { label: 'merge', facts: { score: 6, [hostile]: hostile } },
          { label: 'choice', facts: { chosen: 'merge' } },
        ],
        kept: [
          { scope: '', proof: 'a', why: 'draft 1' },
          { scope: 'solve-1/', proof: 'inner', why: 'inner' },
          { scope: '', proof: 'b', why: 'draft 2' },
        ],
      },
    },
  ],
  models: [hostile],
  scaffold: 'rsa',
  budget: '2,000 tokens',
  spent: { tokens: 2345, dollars: 0.5, seconds: 4.5 },
  isPriced: true,
  version: '0',
};

test('nothing that a model, a problem or a name brought can run or load, and the page’s policy says so', () => {
  const page = proofPage(report);
  const { document } = parseHTML(page);
  assert.equal(document.querySelectorAll('script,img,iframe,object,embed,link,svg,form').length, 0);
  for (const element of document.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      assert.doesNotMatch(name, /^on|^src$/);
      if (name === 'href') assert.match(value, /^#call-\d+-\d+$/);
    }
  }
  const policy = document
    .querySelector('meta[http-equiv="Content-Security-Policy"]')
    ?.getAttribute('content');
  assert.match(
    policy ?? '',
    /^default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'$/,
  );
  assert.doesNotMatch(page, /https?:\/\/(?!evil)/);
});

test('the page has problem, proof and why it is this one, and a trace whose calls name what they read', () => {
  const { document } = parseHTML(proofPage(report));
  assert.equal(document.querySelectorAll('.problem math, .proof math').length, 2);
  const verdict = document.querySelector('.verdict')?.textContent ?? '';
  assert.match(
    verdict,
    /^Not finished: the budget of this run is spent\. Shown is the best so far: draft 2\.$/,
  );
  const calls = [...document.querySelectorAll('.calls > details')];
  assert.deepEqual(
    calls.map((one) => one.querySelector('.label')?.textContent),
    ['solve-1/write', 'merge', 'late'],
  );
  assert.match(
    calls[1]?.querySelector('summary')?.textContent ?? '',
    /score 6.*1,234 tokens, \$0\.50, 2\.3 s, cut at the limit/,
  );
  assert.equal(calls[1]?.querySelector('.meta a')?.getAttribute('href'), `#${calls[0]?.id}`);
  assert.match(calls[1]?.textContent ?? '', /\[… 60,000 characters; the journal has them …\]/);
  assert.match(document.querySelector('.trace')?.textContent ?? '', /draft 1.*draft 2/s);
  assert.match(document.querySelector('footer')?.textContent ?? '', /2,345 tokens, \$0\.50, 4\.5 s/);
});

test('the Markdown has the proof as it was written, and a table of the calls', () => {
  const text = proofMarkdown(report);
  assert.ok(text.includes(`By $\\mathbb{N}$-induction. ${hostile}`));
  assert.match(
    text,
    /\| merge \| merge \| solve-1\/write, solve-1 \| 1,234 tokens, \$0\.50, 2\.3 s, cut at the limit \| score 6/,
  );
  assert.match(text, /\*Not finished: the budget of this run is spent/);
  const none = proofMarkdown({
    ...report,
    attempts: report.attempts.map((attempt) => ({
      ...attempt,
      proof: undefined,
      status: 'finished' as const,
      ended: undefined,
      why: 'no call gave a proof',
    })),
  });
  assert.match(none, /\*There is none\.\*\n\n\*No proof: no call gave a proof\.\*/);
});

test('the page of a search of thousands of calls can still be opened', () => {
  const [attempt] = report.attempts;
  assert.ok(attempt !== undefined);
  const text = `Let $x$ be. ${'y'.repeat(60_000)}`;
  const calls = Array.from({ length: 3000 }, (_, index) => call(`verify-${index}`, 'verify', [], text));
  const page = proofPage({
    ...report,
    attempts: [{ ...attempt, trace: { ...attempt.trace, calls } }],
  });
  assert.ok(page.length < 30e6, `${page.length} characters`);
  assert.equal(page.match(/<details id="call-/g)?.length, 3000);
});
