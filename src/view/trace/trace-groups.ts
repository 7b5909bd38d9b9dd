/** Which attempts of a run have a trace: by what they were made with, and page by page. */
import type { TraceGroups, TraceRow } from '../api/trace.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { safeName } from '../safe-name.ts';
import type { Workplace } from '../workplace.ts';
import { type Attempts, attemptsOf } from './trace-attempts.ts';
import { isExported } from './trace-instances.ts';
import { type AttemptUnit, unitsOf } from './trace-units.ts';

const pageSize = 500;

export const traceGroups: Resource<'runs/:run/traces.json'> = {
  read: (workplace, { run }) => groupsOf(workplace, run),
  instances: (workplace) =>
    workplace
      .runs()
      .filter(({ kind }) => ['prove', 'bench', 'recipe'].includes(kind))
      .map(({ id }) => ({ run: id })),
};

async function groupsOf(workplace: Workplace, run: string): Promise<TraceGroups> {
  const { kind } = workplace.run(run);
  if (!workplace.hasJournal(run))
    return { run, groups: [], empty: 'Nothing has been asked in this run yet.' };
  const attempts = await attemptsOf(workplace, run);
  const groups: TraceGroups['groups'][number][] = [];
  for (const group of attempts.groups) {
    const units = await shownUnits(workplace, run, group);
    if (units.length === 0) continue;
    const { id, title, scaffold } = group;
    const pages = Math.ceil(units.length / pageSize);
    groups.push({ id, title, scaffold, attempts: units.length, pages });
  }
  const empty =
    kind === 'recipe'
      ? 'This run has evaluated nothing yet: traces come from the stage evaluate.'
      : 'Nothing has been asked in this run yet.';
  return { run, groups, empty: groups.length === 0 ? empty : null };
}

export const traceRows: Resource<'runs/:run/traces/:group/:page.json'> = {
  async read(workplace, { run, group: id, page }) {
    const attempts = await attemptsOf(workplace, run);
    const group = attempts.groups.find((one) => one.id === id);
    if (group === undefined)
      throw new NotFoundError(
        `there are no attempts ${id} in this run; there are ${attempts.groups.map((one) => one.id).join(', ')}`,
      );
    const units = await shownUnits(workplace, run, group);
    const first = Number(page) * pageSize;
    if (!(first >= 0 && first < units.length))
      throw new NotFoundError(`there is no page ${page} of ${group.title}`);
    const rows: TraceRow[] = [];
    for (const unit of units.slice(first, first + pageSize)) rows.push(await rowOf(attempts, group, unit));
    return { rows };
  },
  async *instances(workplace) {
    for (const { id: run, kind } of workplace.runs()) {
      if (!['prove', 'bench', 'recipe'].includes(kind)) continue;
      const { groups } = await groupsOf(workplace, run).catch(() => ({ groups: [] }));
      for (const { id: group, pages } of groups)
        for (let page = 0; page < pages; page += 1) yield { run, group, page: `${page}` };
    }
  },
};

/** A static site lists what it holds. */
async function shownUnits(
  workplace: Workplace,
  run: string,
  group: Attempts['groups'][number],
): Promise<readonly AttemptUnit[]> {
  const units = await unitsOf(workplace, run, group);
  const { kind } = workplace.run(run);
  return workplace.isStatic ? units.filter((_, place) => isExported(place, kind)) : units;
}

async function rowOf(
  attempts: Attempts,
  group: Attempts['groups'][number],
  { unit, problem, attempt, calls }: AttemptUnit,
): Promise<TraceRow> {
  const facts = await attempts.facts(group, problem, attempt);
  return {
    trace: safeName(unit),
    problem: attempts.problemName(problem),
    attempt: attempt + 1,
    calls,
    ...facts,
  };
}
