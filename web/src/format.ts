/** Numbers, times and sizes as people read them. A number that is not known is a dash. */
const dash = '–';

export function formatNumber(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return dash;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** 1,234 · 12.3 k · 4.56 M */
export function formatCount(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return dash;
  if (Math.abs(value) < 10_000) return formatNumber(value, Number.isInteger(value) ? 0 : 1);
  if (Math.abs(value) < 999_500) return `${trimmed(value / 1e3)} k`;
  if (Math.abs(value) < 999_500_000) return `${trimmed(value / 1e6)} M`;
  return `${trimmed(value / 1e9)} G`;
}

/** A figure with as many digits as it deserves. */
export function formatFigure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return dash;
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 10_000) return formatNumber(value);
  if (size < 0.001) return value.toExponential(1);
  if (size >= 10_000) return formatCount(value);
  return formatNumber(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** Of a share from 0 to 1. */
export function formatPercent(share: number | null | undefined, digits = 0): string {
  return share === null || share === undefined ? dash : `${formatNumber(100 * share, digits)} %`;
}

export function formatDollars(value: number | null | undefined): string {
  if (value === null || value === undefined) return dash;
  return `$${formatNumber(value, value !== 0 && value < 1 ? 4 : 2)}`;
}

/** 45 s · 3 min 20 s · 2 h 5 min */
export function formatSeconds(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return dash;
  if (seconds < 10) return `${formatNumber(seconds, 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 60 * 48
    ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
    : `${formatNumber(minutes / 1440, 1)} days`;
}

/** How long ago, in one unit. */
export function formatAgo(milliseconds: number, now: number): string {
  const seconds = Math.max(0, (now - milliseconds) / 1000);
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(milliseconds).toISOString().slice(0, 10);
}

function trimmed(value: number): string {
  return value.toPrecision(3);
}
