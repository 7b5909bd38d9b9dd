/** What came of a run: scores as soon as they are recorded, and with intervals and claims when its report is written. */
import path from 'node:path';
import { effectsOf } from '../../recipe/report/effects.ts';
import { readReport } from '../../recipe/report/read-report.ts';
import type { ReportJson } from '../../recipe/report/report-schema.ts';
import type { ResultClaim, ResultScore, RunResult } from '../api/run.ts';
import { readJsonObject } from '../read-json-object.ts';
import type { Resource } from '../resource.ts';
import type { Workplace } from '../workplace.ts';

export const runResult: Resource<'runs/:run/result.json'> = {
  async read(workplace, { run }): Promise<RunResult> {
    const { kind, directory } = workplace.run(run);
    if (kind === 'study') return studyResult(directory);
    const report = kind === 'recipe' ? readReport(directory) : undefined;
    const recorded = kind === 'recipe' ? await recordedScores(workplace, run) : [];
    return {
      scores: report === undefined || report.scores.length === 0 ? recorded : report.scores.map(scoreOf),
      claims: report?.effects.map(claimOf) ?? [],
      judge: judgeOf(report),
      hasReport: report !== undefined,
    };
  },
  instances: (workplace) => workplace.runs().map(({ id }) => ({ run: id })),
};

function scoreOf({ checkpoint, scaffold, mean, ci, n, tokens }: ReportJson['scores'][number]): ResultScore {
  return { checkpoint, scaffold, mean, interval: ci, attempts: n, tokens };
}

async function recordedScores(workplace: Workplace, run: string): Promise<ResultScore[]> {
  if (!workplace.hasJournal(run)) return [];
  return await workplace.journal(run, async (reader) => {
    const scores: ResultScore[] = [];
    for await (const { key, value } of reader.values('evaluation')) {
      const [checkpoint = '', scaffold = ''] = key.split('/');
      const { score, graded, attempts, tokens } = value as unknown as Recorded;
      if (graded === 0) continue;
      scores.push({
        ...{ checkpoint, scaffold, mean: score, interval: null, attempts: graded },
        tokens: tokens / Math.max(1, attempts),
      });
    }
    return scores;
  });
}

interface Recorded {
  readonly score: number;
  readonly graded: number;
  readonly attempts: number;
  readonly tokens: number;
}

/** Claims that every run speaks about, for reports of versions that did not write them out. */
const known = new Map(effectsOf([]).map(({ id, claim }) => [id, claim]));

function claimOf({
  id,
  claim,
  unit,
  shown,
  estimate,
  ci,
  within,
}: ReportJson['effects'][number]): ResultClaim {
  const opposite = within === undefined ? ci[1] < 0 : ci[0] > within || ci[1] < -within;
  return {
    id,
    claim: claim ?? known.get(id) ?? words(id),
    heading: null,
    ...{
      estimate,
      interval: ci,
      unit: unit ?? (id.endsWith('shortens') || id.endsWith('lengthens') ? 'tokens' : 'points'),
    },
    within: within ?? null,
    verdict: shown ? 'shown' : opposite ? 'opposite' : 'not-shown',
    why: null,
  };
}

/** `rc-alike-rl` as `RC alike RL`. */
function words(id: string): string {
  const text = id.replaceAll(/[-:]/g, ' ').replaceAll(/\b(?:sft|rl|rc|rsa)\b/g, (name) => name.toUpperCase());
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function judgeOf(report: ReportJson | undefined): RunResult['judge'] {
  const percent = report?.judge?.percent;
  if (percent === undefined) return null;
  const { accuracy = null, falseAccepts = null, falseRejects = null, pairs = null } = percent;
  return { accuracy, falseAccepts, falseRejects, pairs };
}

interface StudyClaim {
  readonly effect?: string;
  readonly id: string;
  readonly claim: string;
  readonly unit?: 'points' | 'tokens';
  readonly estimate?: number;
  readonly ci?: readonly [number, number];
  readonly within?: number;
  readonly shown?: boolean;
  readonly opposite?: boolean;
  readonly notMeasured?: string;
}

/** Claims about the arms together. Throws an Error that names a report that cannot be read. */
function studyResult(directory: string): RunResult {
  const { claims } = readJsonObject(path.join(directory, 'report.json'));
  const list = Array.isArray(claims) ? (claims as readonly StudyClaim[]) : [];
  return {
    scores: [],
    claims: list.map(
      ({ id, claim, effect, unit = 'points', estimate, ci, within, shown, opposite, notMeasured }) => ({
        ...{ id, claim, heading: effect ?? null, unit },
        estimate: estimate ?? null,
        interval: ci ?? null,
        within: within ?? null,
        verdict:
          notMeasured !== undefined
            ? 'not-measured'
            : shown === true
              ? 'shown'
              : opposite === true
                ? 'opposite'
                : 'not-shown',
        why: notMeasured ?? null,
      }),
    ),
    judge: null,
    hasReport: true,
  };
}
