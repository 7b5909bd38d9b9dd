/**
 * The frame of a page that stands alone: no script, no network, and a policy in its head that forbids both, whatever is
 * inside. Every page that is written as one file has it.
 */
import { type Content, html, trusted } from './html.ts';

export interface StandingPage {
  readonly title: string;
  readonly stylesheet: string;
  /** One sentence for whoever lists pages. */
  readonly description?: string | undefined;
  /** Version of QED that wrote it; none where the same run is to give the same bytes. */
  readonly version?: string | undefined;
  readonly main: Content;
}

export function standingPage({ title, stylesheet, description, version, main }: StandingPage): string {
  return html`${trusted('<!doctype html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
${version !== undefined && html`<meta name="generator" content="QED ${version}">`}
<title>${title}</title>
${description !== undefined && html`<meta name="description" content="${description}">`}
<style>${trusted(stylesheet)}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`.text;
}
