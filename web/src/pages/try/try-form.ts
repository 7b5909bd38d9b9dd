/** What is being asked, kept in the browser between visits; how the server plans it; and mathematics as it is typed. */
import { useEffect, useState } from 'preact/hooks';
import type { SafeHtml } from '../../../../src/view/api/safe-html.ts';
import type { TryPlan, TryRequest } from '../../../../src/view/api/try.ts';
import { post } from '../../resource.ts';

const key = 'qed-try';
const first: TryRequest = {
  problem: '',
  model: '',
  roles: '',
  scaffold: 'single-turn',
  budget: '200k tokens',
  attempts: 1,
  asks: 'proof',
  maxTokens: null,
};

export function useRequest(): readonly [TryRequest, (change: Partial<TryRequest>) => void] {
  const [request, setRequest] = useState<TryRequest>(() => ({ ...first, ...stored() }));
  const change = (fields: Partial<TryRequest>): void =>
    setRequest((before) => {
      const next = { ...before, ...fields };
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // Storage may be forbidden; what is typed then lasts as long as the page.
      }
      return next;
    });
  return [request, change];
}

function stored(): Partial<TryRequest> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

export interface Planned {
  readonly plan: TryPlan | undefined;
  /** What is wrong, and with which field. */
  readonly trouble: string | undefined;
  readonly isPlanning: boolean;
}

/** Planned anew a moment after the last change. */
export function usePlan(request: TryRequest, isWanted: boolean): Planned {
  const [planned, setPlanned] = useState<Planned>({ plan: undefined, trouble: undefined, isPlanning: false });
  const text = JSON.stringify(request);
  useEffect(() => {
    if (!isWanted || request.problem.trim() === '' || request.model.trim() === '') {
      setPlanned({ plan: undefined, trouble: undefined, isPlanning: false });
      return;
    }
    let isOld = false;
    setPlanned((before) => ({ ...before, isPlanning: true }));
    const timer = setTimeout(() => {
      post('try/plan', request).then(
        (plan) => !isOld && setPlanned({ plan: plan as TryPlan, trouble: undefined, isPlanning: false }),
        (error: unknown) =>
          !isOld &&
          setPlanned({
            plan: undefined,
            trouble: error instanceof Error ? error.message : String(error),
            isPlanning: false,
          }),
      );
    }, 400);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [text, isWanted]);
  return planned;
}

/** The problem as it will be read, a moment after the last key. */
export function usePreview(problem: string): SafeHtml | undefined {
  const [statement, setStatement] = useState<SafeHtml>();
  useEffect(() => {
    if (problem.trim() === '') {
      setStatement(undefined);
      return;
    }
    let isOld = false;
    const timer = setTimeout(() => {
      post('try/preview', { problem }).then(
        (answer) => !isOld && setStatement((answer as { readonly statement: SafeHtml }).statement),
        // The plan says what is wrong.
        () => undefined,
      );
    }, 200);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [problem]);
  return statement;
}
