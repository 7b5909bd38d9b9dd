/**
 * The app's one policy of trusted types: under the page's policy the browser takes HTML from nowhere else. It lets harmless
 * markup through and makes everything else text, so that a mistake of the server is no script of somebody else.
 */
import type { SafeHtml } from '../../../src/view/api/safe-html.ts';
import { harmIn } from '../../../src/view/harmless-markup.ts';

interface Policy {
  createHTML(text: string): unknown;
}
interface PolicyFactory {
  createPolicy(name: string, rules: { createHTML(text: string): string }): Policy;
}

const rules = { createHTML: (text: string): string => (harmIn(text) === undefined ? text : escaped(text)) };
const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
// A browser without trusted types has the rules all the same.
const policy: Policy = trustedTypes?.createPolicy('qed', rules) ?? rules;

/** What `innerHTML` takes; typed as text, which it stands for. */
export function trustedMarkup(markup: SafeHtml): string {
  return policy.createHTML(markup) as string;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
