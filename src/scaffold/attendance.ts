/**
 * Which calls a scaffold may do without. A scaffold with several writers or judges goes on when a model fails one of
 * them: the missing one is counted and noted, and stands for nothing (NULL-NOT-ZERO). When nobody in a role was
 * answered, the first failure is thrown on: a judge that is down is not a tie.
 */
import { ModelError } from '../model/model-error.ts';
import type { ScaffoldContext } from './scaffold.ts';

export interface Attendance {
  /** The result of `work`, or undefined when the model failed. Everything but a ModelError is let through. */
  attempt<T>(role: string, label: string, work: () => Promise<T>): Promise<T | undefined>;
  /** Throws the first failure of a role in which nobody was answered so far. */
  requireSome(): void;
}

export function attendance(context: ScaffoldContext): Attendance {
  const answered = new Set<string>();
  const failures = new Map<string, { label: string; error: ModelError }>();
  return {
    async attempt(role, label, work) {
      try {
        const value = await work();
        answered.add(role);
        return value;
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        context.note(label, { missing: error.message, failure: error.kind });
        const first = failures.get(role);
        // The failure reported is the one with the first name, whatever came first in time.
        if (first === undefined || label < first.label) failures.set(role, { label, error });
        return undefined;
      }
    },
    requireSome() {
      for (const [role, { error }] of failures) if (!answered.has(role)) throw error;
    },
  };
}
