/**
 * Why the score rose, or did not, from the first steps of a stage to the last: each figure that has a part in it, from what to
 * what, and what that says. Written from the figures alone.
 */
import type { RunOverview } from '../../../../src/view/api/run.ts';
import { formatFigure, formatNumber } from '../../format.ts';
import { type Column, meanAt } from './curve-lines.ts';
import { before } from './derived.ts';
import type { DrawnStage } from './figure-chart.tsx';

interface Change {
  readonly what: string;
  readonly unit: string;
  readonly from: number;
  readonly to: number;
  /** Said of it by which way it went; `least` is the change that counts as one. */
  readonly least: number;
  readonly up: string;
  readonly down: string;
  readonly same: string;
}

export function Story({ overview, own }: { readonly overview: RunOverview; readonly own: DrawnStage }) {
  const { stage } = own;
  const count = Math.max(1, Math.min(10, Math.floor(stage.done / 3)));
  const changes = stage.trains === 'policy' ? policyChanges(own, count) : supervisedChanges(own, count);
  if (stage.done < 3 || changes.length === 0) return null;
  return (
    <section class="run-story" aria-label="What changed">
      <h2>{headline(own, overview)}</h2>
      {isWithinChance(own) && (
        <p class="run-what">
          The intervals before and after overlap: on so few held-out problems part of that may be chance.
        </p>
      )}
      <div class="table-box" role="region" aria-label="From first to last" tabIndex={0}>
        <table>
          <caption class="visually-hidden">From the first to the last {count} steps</caption>
          <thead>
            <tr>
              <th scope="col">Mean of {count} steps</th>
              <th scope="col" class="number">
                at first
              </th>
              <th scope="col" class="number">
                at last
              </th>
              <th scope="col">What that says</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={change.what}>
                <th scope="row">{change.what}</th>
                <td class="number">{inUnit(change.from, change.unit)}</td>
                <td class="number">{inUnit(change.to, change.unit)}</td>
                <td class="run-said">{saidOf(change)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function headline({ stage, columns }: DrawnStage, { state }: RunOverview): string {
  if (stage.trains !== 'policy') return state === 'running' ? 'What has changed so far' : 'What has changed';
  const last = lastOf(columns['heldOut/score']);
  const first = before(stage, 'heldOut/score') ?? meanAt(columns['heldOut/score'], 'first', 1);
  if (last === null || first === null) return 'What has changed so far';
  const change = 100 * (last - first);
  const low = 100 * (lastOf(columns['heldOut/ci/0']) ?? 0);
  const high = 100 * (lastOf(columns['heldOut/ci/1']) ?? 0);
  const moved =
    Math.abs(change) < 0.05 ? 'has not moved from' : change > 0 ? 'has risen from' : 'has fallen from';
  const to =
    Math.abs(change) < 0.05
      ? ''
      : ` to ${formatNumber(100 * last, 1)} % (95 % interval ${formatNumber(low, 1)} to ${formatNumber(high, 1)})`;
  return `The held-out score ${moved} ${formatNumber(100 * first, 1)} %${to}`;
}

/** Whether the first interval and the last one have scores in common. */
function isWithinChance({ stage, columns }: DrawnStage): boolean {
  const [firstLow, firstHigh] = [before(stage, 'heldOut/ci/0'), before(stage, 'heldOut/ci/1')];
  const [lastLow, lastHigh] = [lastOf(columns['heldOut/ci/0']), lastOf(columns['heldOut/ci/1'])];
  if (firstLow === null || firstHigh === null || lastLow === null || lastHigh === null) return false;
  return lastLow <= firstHigh && firstLow <= lastHigh;
}

function policyChanges({ columns }: DrawnStage, count: number): Change[] {
  const change = (column: string, times: number, rest: Omit<Change, 'from' | 'to'>): Change[] => {
    const [from, to] = [meanAt(columns[column], 'first', count), meanAt(columns[column], 'last', count)];
    return from === null || to === null ? [] : [{ ...rest, from: times * from, to: times * to }];
  };
  return [
    ...change('reward', 100, {
      ...{ what: 'Reward', unit: '%', least: 2 },
      up: 'Attempts at the training problems earn more points.',
      down: 'Attempts earn less: training does not help, or the problems of these steps are harder.',
      same: 'Attempts earn as much as before.',
    }),
    ...change('overflowShare', 100, {
      ...{ what: 'Overflow', unit: '%', least: 2 },
      up: 'More attempts are cut before they end, and cannot earn anything.',
      down: 'Fewer attempts are cut at the limit: more of them come to an end, and can earn points.',
      same: 'As many attempts are cut as before.',
    }),
    ...change('lengthMean', 1, {
      ...{ what: 'Length', unit: 'tokens', least: 1 },
      up: 'Replies have become longer: more is tried before an answer.',
      down: 'Replies have become shorter: fewer detours.',
      same: 'Replies are as long as before.',
    }),
    ...change('share/allZero', 100, {
      ...{ what: 'Groups that all fail', unit: '%', least: 2 },
      up: 'More problems are out of reach.',
      down: 'Problems that were out of reach are now solved by some attempts.',
      same: 'As many problems are out of reach as before.',
    }),
    ...change('share/trained', 100, {
      ...{ what: 'Groups that teach', unit: '%', least: 2 },
      up: 'More groups have attempts that did better than others: there is more to learn from.',
      down: 'Fewer groups have both better and worse attempts: there is less to learn from.',
      same: 'As many groups teach something as before.',
    }),
    ...change('entropy', 1, {
      ...{ what: 'Entropy', unit: 'nats', least: 0.02 },
      up: 'The policy has become less sure of what it writes.',
      down: 'The policy has become surer of what it writes.',
      same: 'The policy is as sure as before.',
    }),
  ];
}

function supervisedChanges({ columns, stage }: DrawnStage, count: number): Change[] {
  const changes: Change[] = [];
  const [from, to] = [meanAt(columns.loss, 'first', count), meanAt(columns.loss, 'last', count)];
  if (from !== null && to !== null) {
    changes.push({
      ...{ what: 'Training loss', unit: 'nats', from, to, least: 0.005 },
      ...{
        up: 'The texts surprise the model more.',
        down: 'The texts surprise the model less.',
        same: 'As before.',
      },
    });
  }
  const first = stage.validationBefore ?? meanAt(columns.validationLoss, 'first', 1);
  const last = lastOf(columns.validationLoss);
  if (first !== null && last !== null) {
    changes.push({
      ...{ what: 'Validation loss', unit: 'nats', from: first, to: last, least: 0.005 },
      up: 'Texts that are not trained on surprise it more: it learns by heart.',
      ...{
        down: 'Texts that are not trained on surprise it less, too: what is learnt carries over.',
        same: 'As before.',
      },
    });
  }
  return changes;
}

function saidOf({ from, to, least, up, down, same }: Change): string {
  if (Math.abs(to - from) < least) return same;
  return to > from ? up : down;
}

function inUnit(value: number, unit: string): string {
  return `${unit === '%' || unit === 'tokens' ? formatNumber(value, 1) : formatFigure(value)} ${unit}`;
}

function lastOf(values: Column | undefined): number | null {
  return meanAt(values, 'last', 1);
}
