/** The calls of a trace, page by page, in the order of the tree that their labels make. */
import { callsOf, traceTree } from '../../prove/trace-tree.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { fromSafeName } from '../safe-name.ts';
import { numbersOf, rowOf } from './call-rows.ts';
import { traceInstances } from './trace-instances.ts';
import { traceOf } from './trace-of.ts';

/** Calls in a page. */
export const callsPage = 1000;

export const traceCalls: Resource<'runs/:run/trace/:trace/calls/:page.json'> = {
  async read(workplace, { run, trace: name, page }) {
    const of = await traceOf(workplace, run, fromSafeName(name) ?? name);
    const { calls } = of.outcome.trace;
    const numbers = numbersOf(calls);
    const first = Number(page) * callsPage;
    if (!(first >= 0 && (first < calls.length || first === 0)))
      throw new NotFoundError(`there is no page ${page} of the calls of this trace`);
    const inOrder = traceTree(calls).flatMap(callsOf);
    return {
      calls: inOrder
        .slice(first, first + callsPage)
        .map((call) => rowOf(call, numbers.get(call.label) ?? 0, of)),
    };
  },
  async *instances(workplace) {
    for await (const names of traceInstances(workplace)) {
      const { outcome } = await traceOf(workplace, names.run, fromSafeName(names.trace) ?? '');
      const pages = Math.max(1, Math.ceil(outcome.trace.calls.length / callsPage));
      for (let page = 0; page < pages; page += 1) yield { ...names, page: `${page}` };
    }
  },
};
