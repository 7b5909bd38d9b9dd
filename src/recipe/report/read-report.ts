/** The figures of a run's report, where it has one that this version understands. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type ReportJson, reportSchema } from './report-schema.ts';

/** Undefined where there is no report, or not one of this form. */
export function readReport(runDirectory: string): ReportJson | undefined {
  try {
    const parsed = reportSchema.safeParse(
      JSON.parse(readFileSync(path.join(runDirectory, 'report.json'), 'utf8')),
    );
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
