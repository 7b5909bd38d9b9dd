/**
 * A queue's grades as files to take away: JSONL as `qed calibrate --on` reads it, and for tables a row a grade, without the texts
 * but with system and judges.
 */
import { csvTable } from '../../bench/tables/csv-table.ts';
import type { Table } from '../../bench/tables/table.ts';
import type { GradeExport } from '../api/grades.ts';
import { gradersOf, lastRecords } from './grader-state.ts';
import type { GradedQueue } from './grades-folder.ts';

export function gradeExport(graded: GradedQueue): GradeExport {
  const { queue, records } = graded;
  const judges = [...new Set(queue.items.flatMap((item) => item.judges.map(({ judge }) => judge)))];
  const text = (heading: string) => ({ heading, align: 'left' as const });
  const table: Table = {
    title: queue.header.title,
    notes: [],
    columns: [
      ...[
        'item',
        'problem',
        'system',
        'from',
        'grader',
        'points',
        'by_scheme',
        'confidence',
        'seconds',
        'blind',
      ],
      ...['shown', 'style', 'comment', 'style_note', 'graded_at', ...judges],
    ].map(text),
    rows: gradersOf(graded).flatMap((grader) => {
      const last = lastRecords(graded, grader);
      return queue.items.flatMap((item) => {
        const record = last.get(item.item);
        if (record === undefined || record.points === null) return [];
        const { points, by_scheme: byScheme, confidence, seconds, blind, shown, style = [] } = record;
        const cells = [
          ...[
            item.item,
            item.problem.id,
            item.system,
            item.from,
            grader,
            points,
            byScheme,
            confidence,
            seconds,
          ],
          ...[blind, shown, style.join(' '), record.comment, record.style_note, record.graded_at],
          ...judges.map((judge) => item.judges.find((one) => one.judge === judge)?.points),
        ];
        return [cells.map((cell) => (cell === undefined || cell === null ? '' : String(cell)))];
      });
    }),
  };
  return {
    name: queue.name,
    jsonl: records.map((record) => `${JSON.stringify(record)}\n`).join(''),
    csv: csvTable(table),
  };
}
