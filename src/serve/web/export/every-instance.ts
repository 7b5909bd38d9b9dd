/**
 * Every set of names of a resource. A run whose names cannot be listed is told, and does not keep the names of the others
 * back.
 */
import type { Workplace } from '../../../view/workplace.ts';
import type { AnyResource } from '../resource-routes.ts';

export type SiteNames = Readonly<Record<string, string>>;

export interface Instance {
  readonly names: SiteNames;
  /** The resource does not list these names, but a page can ask for them: that nothing is there is no trouble. */
  readonly isUnlisted: boolean;
}

export interface EveryInstanceOptions {
  readonly pattern: string;
  readonly resource: AnyResource;
  readonly workplace: Workplace;
  /** A workplace whose list has one run. */
  readonly only: (run: string) => Workplace;
  readonly onTrouble: (what: string, error: unknown) => void;
}

/** Some may come twice. */
export async function* everyInstance(options: EveryInstanceOptions): AsyncGenerator<Instance> {
  const { pattern, resource, workplace, only, onTrouble } = options;
  try {
    for await (const names of resource.instances(workplace)) yield { names, isUnlisted: false };
  } catch (error) {
    const isOfRuns = pattern.split('/').includes(':run');
    if (!isOfRuns) onTrouble(pattern, error);
    else {
      for (const { id } of workplace.runs()) {
        const alone = only(id);
        try {
          for await (const names of resource.instances(alone)) yield { names, isUnlisted: false };
        } catch (own) {
          onTrouble(`${pattern} of ${id}`, own);
        } finally {
          alone.close();
        }
      }
    }
  }
  // A run that is left out has a page all the same, which says why.
  if (/^runs\/:run\/[^:]*\.json$/.test(pattern)) {
    for (const { id } of workplace.runs()) yield { names: { run: id }, isUnlisted: true };
  }
}
