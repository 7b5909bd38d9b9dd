/**
 * A scripted endpoint for the fixture folder: models `alpha`, `beta` and `gamma` write proofs with mathematics, some wrong, one of
 * them hostile; judges `strict` and `kind` grade what they can, and sometimes say nothing that can be read.
 */
import {
  chunk,
  done,
  finished,
  type Received,
  type ScriptedServer,
  startServer,
  stream,
  usage,
} from '../../src/model/openai/fixtures/scripted-server.ts';
import { hostileTexts } from '../../src/view/fixtures/hostile-texts.ts';

export const fixtureProblems = [
  ['sqrt', 'Prove that $\\sqrt{2}$ is irrational.', 'Number theory'],
  ['sum', 'Prove that $1 + 2 + \\dots + n = \\frac{n(n+1)}{2}$ for every $n \\ge 1$.', 'Algebra'],
  ['triangle', 'Prove that the angles of a triangle $ABC$ add up to $180^\\circ$.', 'Geometry'],
  ['primes', 'Prove that there are infinitely many primes.', 'Number theory'],
  ['am-gm', 'Prove that $\\frac{a+b}{2} \\ge \\sqrt{ab}$ for all $a, b \\ge 0$.', 'Algebra'],
  ['handshakes', 'Prove that in any group two people have shaken equally many hands.', 'Combinatorics'],
].map(([id = '', statement = '', category = '']) => ({
  id,
  statement,
  solutions: [`The usual argument for ${id}, with $x^2 \\ge 0$.`],
  tags: { category },
  scheme: {
    chain: 'Main way',
    checkpoints: [
      { id: 'idea', points: 4, kind: 'main', description: 'The idea that carries the proof, $x^2 \\ge 0$.' },
      { id: 'detail', points: 3, kind: 'routine', description: 'The details, written out.' },
    ],
    zeroCredit: ['Examples only.'],
    deductions: [],
  },
}));

export async function startFixtureServer(): Promise<ScriptedServer> {
  return await startServer((response, { body }: Received) => {
    const { reasoning, answer } = replyOf(
      String(body.model),
      JSON.stringify(body.messages),
      Number(body.seed ?? 0),
    );
    stream(
      response,
      [
        ...(reasoning === undefined ? [] : [chunk({ reasoning_content: reasoning })]),
        ...[chunk({ content: answer }), finished('stop'), usage, done],
      ].join(''),
    );
  });
}

function replyOf(model: string, asked: string, seed: number): { reasoning?: string; answer: string } {
  const place = fixtureProblems.findIndex(({ statement }) =>
    asked.includes(JSON.stringify(statement).slice(1, -1)),
  );
  if (model === 'strict') return { answer: verdict((place * 3 + seed) % 8, seed % 9 === 4) };
  if (model === 'kind') return { answer: verdict(5 + (place % 3), false) };
  const problem = fixtureProblems[place];
  const hostile = model === 'beta' && place === 3 ? `\n\n${hostileTexts.join('\n\n')}` : '';
  return {
    reasoning: `We look at ${problem?.id ?? 'it'} and try $n = ${seed % 7}$ first. `.repeat(6),
    answer: `**Claim.** ${problem?.statement ?? 'It holds.'}\n\n*Proof by ${model}.* Suppose not. Then
$$\\sum_{k=1}^{n} k^2 = \\frac{n(n+1)(2n+1)}{6}$$
gives a contradiction, since $x^2 \\ge 0$. ${place % 2 === 0 ? 'Hence the claim. $\\qed$' : 'Obviously the rest follows.'}${hostile}`,
  };
}

function verdict(points: number, isUnreadable: boolean): string {
  if (isUnreadable) return 'I would rather not say.';
  return `The main idea is there, as in $a^2+b^2$; details: ${points} of 7.\n\n<points>${points}</points>`;
}
