/** All systems that can be compared, by suite. */
import type { CompareChoices, SystemChoice } from '../api/compare.ts';
import type { Resource } from '../resource.ts';
import { findSystems, type SystemSource } from './find-systems.ts';
import { keyOf } from './selection.ts';

export const compareChoices: Resource<'compare/choices.json'> = {
  async read(workplace): Promise<CompareChoices> {
    const { systems, troubles } = await findSystems(workplace);
    const suites = Map.groupBy(systems, ({ suite }) => suite);
    return {
      suites: [...suites]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, own]) => ({
          name,
          key: keyOf({ kind: 'suite', suite: name }),
          systems: own.map(choiceOf),
        })),
      troubles,
      isStatic: workplace.isStatic,
    };
  },
  instances: () => [{}],
};

function choiceOf(source: SystemSource): SystemChoice {
  const { id, path, kind, model, scaffold } = source;
  return {
    ...{ run: id, path, kind, model, scaffold },
    key: keyOf(
      source.kind === 'bench'
        ? { kind: 'run', path }
        : { kind: 'evaluation', path, checkpoint: source.checkpoint, scaffold: source.evaluated },
    ),
    runKey: keyOf({ kind: 'run', path }),
  };
}
