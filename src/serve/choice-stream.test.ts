import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ApiError } from './api-error.ts';
import { BEGUN_AGAIN, ChoiceStream } from './choice-stream.ts';
import { replyOf } from './fixtures/scripted-model.ts';

function recorded(isBlocked: () => boolean = () => false) {
  const sent: (readonly [string, string])[] = [];
  const stream = new ChoiceStream({ emit: (kind, text) => sent.push([kind, text]), isBlocked });
  return { stream, sent };
}

const pieces = fc.array(
  fc.record({ kind: fc.constantFrom('reasoning' as const, 'answer' as const), text: fc.string() }),
);

test('whatever the reader’s pace, all text arrives, in order of kinds, and what waits is joined', () => {
  fc.assert(
    fc.property(pieces, fc.infiniteStream(fc.boolean()), (given, paces) => {
      const isBlocked = (): boolean => paces.next().value ?? false;
      const { stream, sent } = recorded(isBlocked);
      const expected: [string, string][] = [];
      for (const piece of given) {
        stream.take(piece);
        if (isBlocked()) stream.flush();
        const last = expected.at(-1);
        if (last?.[0] === piece.kind) last[1] += piece.text;
        else if (piece.text !== '') expected.push([piece.kind, piece.text]);
      }
      const whole = (wanted: string): string =>
        given.map(({ kind, text }) => (kind === wanted ? text : '')).join('');
      stream.finish(replyOf(whole('answer'), { reasoning: whole('reasoning') }));
      const joined: [string, string][] = [];
      for (const [kind, text] of sent) {
        const last = joined.at(-1);
        if (last?.[0] === kind) last[1] += text;
        else joined.push([kind, text]);
      }
      assert.deepEqual(joined, expected);
    }),
  );
});

test('a reply that repeats itself after a restart, cut anywhere, is sent once', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(), fc.nat(), (text, a, b) => {
      const { stream, sent } = recorded();
      stream.take({ kind: 'answer', text: text.slice(0, a % (text.length + 1)) });
      stream.take({ kind: 'restart' });
      const cut = b % (text.length + 1);
      stream.take({ kind: 'answer', text: text.slice(0, cut) });
      stream.take({ kind: 'answer', text: text.slice(cut) });
      stream.finish(replyOf(text));
      assert.equal(sent.map(([, piece]) => piece).join(''), text);
    }),
  );
});

test('other reasoning after a restart is a new beginning, and said to be one', () => {
  const { stream, sent } = recorded();
  stream.take({ kind: 'reasoning', text: 'First I' });
  stream.take({ kind: 'restart' });
  stream.take({ kind: 'reasoning', text: 'First ' });
  stream.take({ kind: 'reasoning', text: 'we' });
  stream.take({ kind: 'reasoning', text: ' see' });
  assert.equal(sent.map(([, text]) => text).join(''), `First I${BEGUN_AGAIN}First we see`);
});

test('an answer that contradicts what was sent, or ends before it, is an error', () => {
  for (const second of ['Put', 'Le', '']) {
    const { stream } = recorded();
    stream.take({ kind: 'answer', text: 'Let' });
    stream.take({ kind: 'restart' });
    assert.throws(
      () => {
        stream.take({ kind: 'answer', text: second });
        stream.finish(replyOf(second));
      },
      (error) => error instanceof ApiError && error.status === 502,
    );
  }
});
