/**
 * What was found wrong in a suite, for a person: corrupt rows one by one, minor faults by kind with the problems that
 * have them.
 */
import type { SuiteFault } from './suite.ts';

const shownIds = 8;

export function faultLines(faults: readonly SuiteFault[]): string[] {
  const corrupt = faults
    .filter(({ severity }) => severity === 'corrupt')
    .map(({ problem, at, field, action, detail }) => {
      const where = [problem, ...(at === problem ? [] : [at]), ...(field === '' ? [] : [`field ${field}`])];
      return `${action}: ${where.join(', ')}: ${detail}`;
    });
  const alike = new Map<string, SuiteFault[]>();
  for (const fault of faults.filter(({ severity }) => severity === 'minor')) {
    const key = [
      fault.action,
      fault.field,
      fault.kind === 'same-statement' ? fault.problem : fault.kind,
    ].join(' ');
    alike.set(key, [...(alike.get(key) ?? []), fault]);
  }
  const minor = [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const ids = group.slice(0, shownIds).map(({ problem }) => problem);
    const more = group.length > shownIds ? ` and ${group.length - shownIds} more` : '';
    return [`${first.action}: ${first.field}: ${first.detail} (${ids.join(', ')}${more})`];
  });
  return [...corrupt, ...minor];
}
