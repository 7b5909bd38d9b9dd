/**
 * What `qed calibrate` is asked with: judges crossed with styles, efforts and reference, and sets of graded proofs, read and
 * checked before anything is loaded or spent. Every fault is one line for people.
 */
import type { Arm } from '../curate/calibrate/arm.ts';
import type { CalibrationSet } from '../curate/calibrate/calibration-set.ts';
import type { JudgeVariant } from '../grade/judge-variant.ts';
import type { GradedSet } from '../problems/graded/graded-proof.ts';
import type { Problem } from '../problems/problem.ts';
import type { ResolvedGrader } from '../recipe/resolve-grader.ts';
import { missingRemarks } from './judge-setup.ts';
import { told, wholeNumber } from './prove-setup.ts';
import { UserError } from './user-error.ts';

export interface JudgesAsked {
  readonly judge: readonly string[];
  readonly styles?: string;
  readonly efforts?: string;
  readonly reference?: string;
}

export interface SetsAsked {
  readonly on: readonly string[];
  readonly limit?: string;
  readonly threshold?: string;
  readonly seed: string;
}

export interface ResolvedArm {
  readonly arm: Arm;
  readonly grader: ResolvedGrader;
}

/** Throws a UserError. */
export async function resolveArms(
  asked: JudgesAsked,
  problems: readonly Problem[],
): Promise<{ readonly arms: readonly ResolvedArm[]; readonly remarks: readonly string[] }> {
  const { resolveGrader } = await import('../recipe/resolve-grader.ts');
  const { labGraders } = await import('../recipe/lab-graders.ts');
  const { effortOf, judgeVariant } = await import('../grade/judge-variant.ts');
  if (asked.judge.length === 0)
    throw new UserError('--judge is missing: a model, as for qed bench; several are measured side by side', {
      exitCode: 2,
    });
  const variants = await variantsOf(asked);
  const arms: ResolvedArm[] = [];
  const remarks: string[] = [];
  for (const spec of asked.judge) {
    const isLab = labGraders.some((name) => name === spec);
    if (isLab && variants.some((variant) => Object.keys(variant).length > 0))
      throw new UserError(`--judge ${spec}: it asks no model, so it has no style, effort or reference`, {
        exitCode: 2,
      });
    for (const variant of variants) {
      const text = isLab ? spec : await told(() => judgeVariant(spec, variant), ['JudgeSpecError']);
      const grader = await told(
        () => resolveGrader(text),
        ['JudgeSpecError', 'ModelSpecError', 'PresetError'],
      );
      const twin = arms.find(({ arm }) => arm.name === grader.name);
      if (twin !== undefined) {
        remarks.push(`${text} is the same judge as ${twin.arm.spec}, and is measured once`);
        continue;
      }
      const arm: Arm = {
        ...{ spec: text, name: grader.name, judge: spec, style: variant.style, reference: variant.reference },
        effort: variant.effort ?? (isLab || asked.efforts === undefined ? undefined : effortOf(text)),
        missing: (problem) => grader.missing(problem),
      };
      remarks.push(
        ...missingRemarks(problems, (problem) => grader.missing(problem)).map((line) => `${text}: ${line}`),
      );
      arms.push({ arm, grader });
    }
  }
  remarks.push(...arms.flatMap(({ grader }) => grader.models.flatMap((model) => model.remarks)));
  return { arms, remarks: [...new Set(remarks)] };
}

async function variantsOf({ styles, efforts, reference }: JudgesAsked): Promise<JudgeVariant[]> {
  const { judgeStyleNames } = await import('../grade/judge-settings.ts');
  const { reasoningEfforts } = await import('../model/chat-model.ts');
  const ofStyle = chosen('--styles', styles, judgeStyleNames).map((style) => ({ style }));
  const ofEffort = chosen('--efforts', efforts, reasoningEfforts).map((effort) => ({ effort }));
  const ofReference = chosen('--reference', reference, ['with', 'without'] as const).map((word) => ({
    reference: word === 'with',
  }));
  const or = <T extends JudgeVariant>(list: readonly T[]): readonly JudgeVariant[] =>
    list.length === 0 ? [{}] : list;
  return or(ofStyle).flatMap((style) =>
    or(ofEffort).flatMap((effort) => or(ofReference).map((one) => ({ ...style, ...effort, ...one }))),
  );
}

function chosen<Word extends string>(flag: string, text: string | undefined, words: readonly Word[]): Word[] {
  if (text === undefined) return [];
  const asked = text.split(',').map((word) => word.trim());
  return [...new Set(asked)].map((word) => {
    const known = words.find((one) => one === word);
    if (known !== undefined) return known;
    throw new UserError(`${flag} ${text}: ${JSON.stringify(word)} is none of ${words.join(', ')}`, {
      exitCode: 2,
    });
  });
}

/** Throws a UserError. */
export async function openSets(asked: SetsAsked): Promise<{
  readonly sets: readonly CalibrationSet[];
  readonly remarks: readonly string[];
}> {
  const { calibrationSet } = await import('../curate/calibrate/calibration-set.ts');
  if (asked.on.length === 0)
    throw new UserError(
      '--on is missing: proofs that people graded, as a name (imo-gradingbench, proofbench-graded, matharena-usamo2025), a file, a directory or hub:OWNER/NAME; or lab',
      { exitCode: 2 },
    );
  const seed = wholeNumber('--seed', asked.seed, 0);
  const limit = asked.limit === undefined ? undefined : wholeNumber('--limit', asked.limit, 1);
  const threshold =
    asked.threshold === undefined ? undefined : wholeNumber('--threshold', asked.threshold, 1);
  if (threshold !== undefined && threshold > 7)
    throw new UserError(`--threshold ${asked.threshold}: 1 to 7 points are expected`, { exitCode: 2 });
  const sets: CalibrationSet[] = [];
  const remarks: string[] = [];
  for (const spec of asked.on) {
    const set = await openSet(spec);
    const own = await told(
      () =>
        calibrationSet(set, {
          seed,
          ...(limit === undefined ? {} : { limit }),
          ...(threshold === undefined ? {} : { threshold }),
        }),
      ['CalibrationSetError'],
    );
    if (sets.some(({ digest }) => digest === own.digest)) {
      remarks.push(`--on ${spec}: the same proofs and grades as another set, and taken once`);
      continue;
    }
    sets.push(own);
    remarks.push(
      `${set.name} ${set.version}: ${own.notes.join(' ')}`,
      ...set.warnings,
      ...(set.faults.length === 0 ? [] : [`${set.name}: ${set.faults.length} rows are faulty and left out`]),
    );
  }
  return { sets, remarks };
}

/** A set of people's grades, or one of the lab: `lab`, `lab(problems=200,proofs=4,seed=2)`. */
async function openSet(spec: string): Promise<GradedSet> {
  const [, inside] = /^lab(?:\((.*)\))?$/s.exec(spec) ?? [];
  if (spec === 'lab' || inside !== undefined) {
    const { labGradedSet } = await import('../lab/lab-graded-set.ts');
    const settings = { problems: 100, proofs: 4, seed: 1 };
    for (const item of (inside ?? '').split(',').filter((part) => part.trim() !== '')) {
      const [name = '', value = ''] = item.split('=').map((part) => part.trim());
      if (!(name in settings))
        throw new UserError(`--on ${spec}: ${name} is none of ${Object.keys(settings).join(', ')}`, {
          exitCode: 2,
        });
      settings[name as keyof typeof settings] = wholeNumber(
        `--on lab, ${name}`,
        value,
        name === 'seed' ? 0 : 1,
      );
    }
    return labGradedSet(settings);
  }
  const { openGradedSet } = await import('../problems/graded/open-graded-set.ts');
  return await told(() => openGradedSet(spec), ['SuiteError', 'DataFileError', 'TableError', 'Error']);
}
