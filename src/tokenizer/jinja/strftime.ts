/** Dates as Python's `strftime` writes them in the C locale, in local time. */
import { TemplateError } from './values.ts';

// biome-ignore format: one list a line
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

export function strftime(date: Date, format: string): string {
  const two = (value: number): string => `${value}`.padStart(2, '0');
  const month = months[date.getMonth()] ?? '';
  const day = days[date.getDay()] ?? '';
  const fields: Readonly<Record<string, string>> = {
    Y: `${date.getFullYear()}`,
    y: two(date.getFullYear() % 100),
    m: two(date.getMonth() + 1),
    d: two(date.getDate()),
    H: two(date.getHours()),
    I: two(date.getHours() % 12 || 12),
    M: two(date.getMinutes()),
    S: two(date.getSeconds()),
    p: date.getHours() < 12 ? 'AM' : 'PM',
    B: month,
    b: month.slice(0, 3),
    A: day,
    a: day.slice(0, 3),
    '%': '%',
  };
  return format.replace(/%(.?)/gs, (match, name: string) => {
    const field = fields[name];
    if (field === undefined) throw new TemplateError(`strftime_now: ${match} is not known`);
    return field;
  });
}
