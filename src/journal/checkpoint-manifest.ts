/**
 * `manifest.json` of a checkpoint: every file with its size and SHA-256, and a SHA-256 of that list itself. It is
 * written last, and read back only if it is byte for byte what this code would write: a flipped bit anywhere in it
 * is found.
 */
import { canonicalHash } from './canonical-json.ts';

export const manifestName = 'manifest.json';
export const manifestVersion = 1;

export interface CheckpointFile {
  /** Relative to the checkpoint, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface CheckpointManifest {
  readonly format: 'qed-checkpoint';
  readonly version: number;
  /** Sorted by path. */
  readonly files: readonly CheckpointFile[];
}

export function manifestText({ format, version, files }: CheckpointManifest): string {
  const content = {
    format,
    version,
    files: files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
  };
  return `${JSON.stringify({ ...content, sha256: canonicalHash(content).toString('hex') }, null, 2)}\n`;
}

/** The manifest, or why the text is not one. */
export function parseManifest(text: string): CheckpointManifest | { readonly reason: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { reason: `${manifestName} is cut or damaged` };
  }
  if (!isRecord(parsed) || parsed.format !== 'qed-checkpoint')
    return { reason: `${manifestName} is not a manifest` };
  const { version, files } = parsed;
  if (typeof version === 'number' && version > manifestVersion) {
    return { reason: `has format ${version}; this version of QED reads up to ${manifestVersion}` };
  }
  if (version !== manifestVersion || !Array.isArray(files) || !files.every(isFile)) {
    return { reason: `${manifestName} is damaged` };
  }
  const manifest: CheckpointManifest = { format: 'qed-checkpoint', version, files };
  return manifestText(manifest) === text ? manifest : { reason: `${manifestName} is damaged` };
}

function isFile(value: unknown): value is CheckpointFile {
  return (
    isRecord(value) &&
    typeof value.path === 'string' &&
    Number.isSafeInteger(value.bytes) &&
    typeof value.sha256 === 'string'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
