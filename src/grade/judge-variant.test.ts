import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effortOf, judgeVariant } from './judge-variant.ts';
import { resolveJudge } from './resolve-judge.ts';

const at = 'openai:http://127.0.0.1:9/v1#m';
const named = async (spec: string) => (await resolveJudge(spec, { environment: {} })).name;

test('a variant is a spec again, in which what it varies is replaced', () => {
  assert.equal(judgeVariant('rl', {}), 'rl');
  assert.equal(
    judgeVariant('rl(style=opc,reasks=1)', { style: 'gimo', reference: true }),
    'rl(reasks=1,style=gimo,reference=true)',
  );
  assert.equal(
    judgeVariant(`ensemble(${at}(style=opc),rl,aggregate=min)`, { style: 'gimo', effort: 'low' }),
    `ensemble(${at},rl,aggregate=min,style=gimo,effort=low)`,
  );
  assert.throws(() => judgeVariant(`${at}(stile=opc)`, {}), /no setting stile/);
});

test('effort as a setting of the judge is the effort of its model, and makes another judge', async () => {
  const [medium, high] = await Promise.all([named('rl'), named('rl(effort=high)')]);
  assert.notEqual(medium, high);
  assert.equal(await named('rl(effort=medium)'), medium);
  assert.equal(await named(judgeVariant('rl', { effort: 'high' })), high);
  await assert.rejects(named(`${at}(effort=utmost)`), /JudgeSpecError: .*effort/);
  assert.deepEqual([effortOf('rl'), effortOf('rl(effort=low)'), effortOf(at)], ['medium', 'low', undefined]);
});
