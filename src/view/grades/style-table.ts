/** What graders noted of how proofs are written, by system: the paper's Table 3 in counts, with what they wrote beside. */
import { styleNotes } from '../../problems/graded/style-notes.ts';
import type { StyleTable } from '../api/grades.ts';
import type { FinalGrade } from './final-grades.ts';

/** A note counts once a proof, whoever made it. */
export function styleTable(finals: readonly FinalGrade[]): StyleTable {
  const graded = finals.filter(({ records }) => records.length > 0);
  const bySystem = Map.groupBy(graded, ({ item }) => item.system);
  const systems = [...bySystem].map(([system, own]) => ({ system, graded: own.length }));
  const rows = styleNotes.map(({ id, label, group }) => ({
    ...{ id, label, group },
    counts: systems.map(
      ({ system }) =>
        (bySystem.get(system) ?? []).filter(({ records }) =>
          records.some(({ style = [] }) => style.includes(id)),
        ).length,
    ),
  }));
  return {
    systems,
    rows: rows.filter(({ counts }) => counts.some((count) => count > 0)),
    notes: graded.flatMap(({ item, records }) =>
      records.flatMap(({ style_note: note, grader }) =>
        note === undefined || note === '' ? [] : [{ system: item.system, item: item.item, grader, note }],
      ),
    ),
  };
}
