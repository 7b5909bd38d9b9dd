/** HTML that the server made and that is harmless. The only place where HTML becomes part of the page. */
import type { SafeHtml } from '../../../src/view/api/safe-html.ts';

export function Markup({ of, class: name = 'prose' }: { readonly of: SafeHtml; readonly class?: string }) {
  return <div class={name} dangerouslySetInnerHTML={{ __html: of }} />;
}
