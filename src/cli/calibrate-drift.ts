/** A drift check as it is asked for: what the pin says, and what stands beside it on the command line. */
import { createHash } from 'node:crypto';
import type { CalibrationSet } from '../curate/calibrate/calibration-set.ts';
import { type DriftThresholds, usualDriftThresholds } from '../curate/calibrate/drift.ts';
import { type Pin, readPin } from '../curate/calibrate/pin.ts';
import type { CalibrateOptions } from './calibrate.ts';
import type { ResolvedArm } from './calibrate-setup.ts';
import { told } from './prove-setup.ts';
import { UserError } from './user-error.ts';

export interface DriftSetup {
  readonly pin: Pin;
  readonly thresholds: DriftThresholds;
  /** Tells this check from others of the same pin. */
  readonly check: string;
  /** The options that the pin decides. */
  readonly asked: Pick<CalibrateOptions, 'judge' | 'on' | 'seed' | 'repeats' | 'limit' | 'threshold'>;
}

const decided = [
  'styles',
  'efforts',
  'reference',
  'seed',
  'repeats',
  'limit',
  'threshold',
  'injections',
  'pin',
] as const;

/** Throws a UserError. */
export async function driftSetup(
  file: string,
  options: CalibrateOptions,
  isGiven: (option: keyof CalibrateOptions) => boolean,
): Promise<DriftSetup> {
  const pin = await told(() => readPin(file), ['PinError']);
  const stray = decided.find(isGiven);
  if (stray !== undefined)
    throw new UserError(`--${stray} and --drift: a check asks what the pin says, so leave --${stray} out`, {
      exitCode: 2,
    });
  const points = Number(options.maxDrift);
  if (options.maxDrift.trim() === '' || !(points >= 0 && points <= 7))
    throw new UserError(`--max-drift ${options.maxDrift}: 0 to 7 points are expected`, { exitCode: 2 });
  return {
    pin,
    thresholds: { ...usualDriftThresholds, points },
    check: options.check ?? new Date().toISOString().slice(0, 10),
    asked: {
      judge: options.judge.length > 0 ? options.judge : pin.judges.map(({ spec }) => spec),
      on: options.on.length > 0 ? options.on : pin.on,
      ...{ seed: String(pin.seed), repeats: String(pin.repeats) },
      ...(pin.limit === null ? {} : { limit: String(pin.limit) }),
      ...(pin.threshold === null ? {} : { threshold: String(pin.threshold) }),
    },
  };
}

/** What tells the run of a check from a calibration. Throws a UserError where sets or judges are not those of the pin. */
export function driftIdentity(
  { pin, check }: DriftSetup,
  sets: readonly CalibrationSet[],
  arms: readonly ResolvedArm[],
): { readonly pin: string; readonly check: string } {
  const other = sets.find(({ digest }) => !pin.sets.some((pinned) => pinned.digest === digest));
  if (other !== undefined)
    throw new UserError(
      `--on: ${other.name} is not what was pinned (${pin.sets.map(({ name }) => name).join(', ')}): its proofs or grades differ`,
      { exitCode: 1 },
    );
  if (arms.length !== pin.judges.length)
    throw new UserError(
      `--judge: ${pin.judges.length} judges are pinned and ${arms.length} are asked; name one for each, in the order of the pin (${pin.judges.map(({ spec }) => spec).join(', ')})`,
      { exitCode: 2 },
    );
  return { pin: createHash('sha256').update(JSON.stringify(pin)).digest('hex').slice(0, 16), check };
}
