import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadPrompts, type PromptLibrary } from '../prompt/prompt-library.ts';
import { createScaffold, promptsUsed } from './create-scaffold.ts';
import { type Script, scriptedRun } from './fixtures/scripted-run.ts';
import { type ProblemKind, promptSet } from './prompt-set.ts';
import { scaffoldKinds } from './scaffold-kinds.ts';

/** Names of the prompts that are filled in while the scaffold runs. */
async function filled(spec: string, asks: ProblemKind, answer: Script['answer']): Promise<string[]> {
  const used = new Set<string>();
  const library = loadPrompts();
  const watched: PromptLibrary = {
    ...library,
    bind: (name, inputs, output) => {
      const fill = library.bind(name, inputs, output);
      return (values) => {
        used.add(name);
        return fill(values);
      };
    },
  };
  await scriptedRun(createScaffold(spec, {}, promptSet(asks, watched)), { answer });
  return [...used].sort();
}

/** Nothing is accepted, and every first verdict cannot be read. */
const demanding: Script['answer'] = ({ role, label }) => {
  if (['decide', 'score', 'verify', 'compare', 'consolidate'].includes(role) && !label.endsWith('/again')) {
    return 'no verdict';
  }
  if (role === 'decide') return '\\boxed{no}';
  if (role === 'verify') return '\\boxed{0}';
  return role === 'consolidate' ? '\\boxed{all}' : '\\boxed{1}';
};

test('a run records the version of every prompt that its scaffold can ask with, and of no other', async () => {
  const specs = [...scaffoldKinds.map(({ name }) => name), 'rsa(solver=rc)', 'dsm(solver=best-of-n(n=1))'];
  for (const asks of ['proof', 'answer'] as const) {
    for (const spec of specs) {
      assert.deepEqual(await filled(spec, asks, demanding), promptsUsed(spec, asks), `${spec}, ${asks}`);
    }
  }
});
