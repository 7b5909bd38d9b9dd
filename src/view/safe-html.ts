/**
 * The only maker of `SafeHtml`: what the tag `html` built, in which all text of others is escaped, and in which nothing but
 * known elements and attributes is found. Throws an Error for anything else: that is a fault of a renderer.
 */
import type { Markup } from '../prove/html.ts';
import type { SafeHtml } from './api/safe-html.ts';
import { harmIn } from './harmless-markup.ts';

export function safeHtml({ text }: Markup): SafeHtml {
  const harm = harmIn(text);
  if (harm !== undefined) throw new Error(`markup that no page may hold: ${harm}`);
  return text as SafeHtml;
}
