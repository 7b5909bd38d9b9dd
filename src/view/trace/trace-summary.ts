/** A trace in brief: the problem, what became of it and why, the best so far in turn, and what every role took. */
import { isRunDirectoryHeld } from '../../journal/run-lock.ts';
import { markdownToHtml } from '../../prove/markdown-html.ts';
import { createMathematics } from '../../prove/mathematics.ts';
import { labelsOfNotes, notesText, remarksOn, verdictText } from '../../prove/proof-report.ts';
import { proofWriter } from '../../prove/proof-writer.ts';
import type { TraceCallRow, TraceSummary } from '../api/trace.ts';
import type { Resource } from '../resource.ts';
import { safeHtml } from '../safe-html.ts';
import { fromSafeName } from '../safe-name.ts';
import { costOf, numbersOf, rowOf } from './call-rows.ts';
import { callsPage } from './trace-calls.ts';
import { traceInstances } from './trace-instances.ts';
import { type TraceOf, traceOf } from './trace-of.ts';
import { scopesOf } from './trace-picture.ts';

export const traceSummary: Resource<'runs/:run/trace/:trace.json'> = {
  read: async (workplace, { run, trace: name }) =>
    summaryOf(await traceOf(workplace, run, fromSafeName(name) ?? name), name),
  instances: traceInstances,
};

function summaryOf(of: TraceOf, name: string): TraceSummary {
  const { outcome, repetition, group, facts } = of;
  const { trace } = outcome;
  const { problem, isKnown, isWhole } = repetition;
  const rows = trace.calls.map((call, number) => rowOf(call, number, of));
  const mathematics = createMathematics();
  const numbers = numbersOf(trace.calls);
  const isFinished = outcome.status === 'finished' || isWhole === true;
  const status = isFinished
    ? 'finished'
    : outcome.status === 'budget' || facts.state === 'budget'
      ? 'budget'
      : isRunDirectoryHeld(of.place.directory)
        ? 'running'
        : 'unfinished';
  const writer = outcome.writer ?? proofWriter(trace, outcome.proof);
  /** Several may have written the same; the reason begins with the one that is meant. */
  const callOfKept = (why: string, proof: string): number | null => {
    const [, label = ''] = /^(?:a draft of )?([a-z]+(?:-\d+)+)/.exec(why) ?? [];
    const named = numbers.get(label) ?? numbers.get(`${label}/solve`);
    const by = proofWriter(trace, proof)?.label ?? '';
    return named ?? numbers.get(by) ?? null;
  };
  return {
    trace: name,
    problem: {
      id: problem.id,
      statement: isKnown ? safeHtml(markdownToHtml(problem.statement, mathematics)) : null,
    },
    attempt: of.attempt + 1,
    scaffold: group.scaffold,
    models: modelsText(repetition.models),
    status,
    verdict: verdictOf(of, status, writer?.isCut === true),
    remarks: remarksOf(of, rows),
    proof: outcome.proof === undefined ? null : safeHtml(markdownToHtml(outcome.proof, mathematics)),
    isCut: writer?.isCut === true,
    points: facts.points,
    totals: costOf(rows),
    byRole: [...new Set(rows.map(({ role }) => role))].map((role) => {
      const own = rows.filter((row) => row.role === role);
      return { role, models: [...new Set(own.map(({ model }) => model))], ...costOf(own) };
    }),
    kept: trace.kept
      .filter(({ scope }) => scope === '')
      .map(({ proof, why }) => ({ why, call: callOfKept(why, proof) })),
    choices: labelsOfNotes(outcome).map((label) => ({ label, text: notesText(outcome, label) })),
    writer: writer === undefined ? null : (numbers.get(writer.label) ?? null),
    scopes: scopesOf(of),
    pages: Math.ceil(rows.length / callsPage),
    pageSize: callsPage,
  };
}

function verdictOf(of: TraceOf, status: TraceSummary['status'], isCut: boolean): string {
  const { outcome } = of;
  if (status === 'running')
    return outcome.proof === undefined
      ? 'It is under way; there is no proof yet.'
      : `It is under way. The best so far: ${outcome.why.replace(/^the best so far: /, '')}.`;
  if (outcome.status === 'stopped' && outcome.proof === undefined)
    return 'It is not finished, and there is no proof yet. The same command goes on from here.';
  if (outcome.status === 'stopped')
    return `It is not finished. Shown is ${outcome.why}. The same command goes on from here.`;
  const writer = { label: '', isCut };
  return verdictText({ ...outcome, writer });
}

function remarksOf(of: TraceOf, rows: readonly TraceCallRow[]): string[] {
  const unknown = of.withoutPrompt.size;
  return [
    ...remarksOn(of.outcome),
    ...(of.strayed === undefined ? [] : [`Who read whom and why is not known for all calls: ${of.strayed}.`]),
    ...(of.repetition.isKnown
      ? unknown === 0
        ? []
        : [
            `The prompts of ${unknown} of ${rows.length} calls are not shown: this version of QED asks otherwise than the one that made the run.`,
          ]
      : ['The run directory does not hold the problem, so neither it nor the prompts can be shown.']),
  ];
}

function modelsText(models: ReadonlyMap<string, string>): string[] {
  const [main = ''] = [models.get('main')];
  const others = [...models].filter(([role]) => role !== 'main');
  const byModel = new Map<string, string[]>();
  for (const [role, model] of others) byModel.set(model, [...(byModel.get(model) ?? []), role]);
  return [main, ...[...byModel].map(([model, roles]) => `${roles.join(', ')}: ${model}`)];
}
