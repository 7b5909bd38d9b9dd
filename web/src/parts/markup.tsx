/** HTML that the server made and that is harmless. The only place where HTML becomes part of the page. */
import { useMemo } from 'preact/hooks';
import type { SafeHtml } from '../../../src/view/api/safe-html.ts';
import { trustedMarkup } from './trusted-markup.ts';

export function Markup({ of, class: name = 'prose' }: { readonly of: SafeHtml; readonly class?: string }) {
  // The same text is the same object, so that drawing again leaves a selection alone.
  const content = useMemo(() => ({ __html: trustedMarkup(of) }), [of]);
  return <div class={name} dangerouslySetInnerHTML={content} />;
}
