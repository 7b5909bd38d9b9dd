/** An estimate with its interval, or a dash. */
import type { Estimated } from '../../../../src/view/api/grades.ts';
import { Interval } from '../../parts/interval.tsx';

export function Figure({
  of,
  digits = 1,
  times = 1,
  unit = '',
}: {
  readonly of: Estimated | null;
  readonly digits?: number;
  readonly times?: number;
  readonly unit?: string;
}) {
  if (of === null) return <span class="quiet">–</span>;
  const { estimate, interval } = of;
  const ends = interval === null ? null : ([interval[0] * times, interval[1] * times] as const);
  return <Interval mean={estimate * times} interval={ends} digits={digits} unit={unit} />;
}
