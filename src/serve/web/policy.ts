/**
 * What a page of the web app may do: run the app's own scripts, and nothing that a model wrote. A served page has it in its
 * headers. An exported one has it in itself; there a browser does not let a page say who may frame it.
 */
const allowed: readonly (readonly [directive: string, sources: string])[] = [
  ['default-src', "'none'"],
  ['script-src', "'self'"],
  ['style-src', "'self'"],
  // MathML has sizes and colours in attributes of elements that the server made.
  ['style-src-attr', "'unsafe-inline'"],
  ['img-src', "'self' data:"],
  ['connect-src', "'self'"],
  ['font-src', "'self'"],
  ['base-uri', "'none'"],
  ['form-action', "'none'"],
  // A text becomes HTML through the app's own policy or not at all.
  ['require-trusted-types-for', "'script'"],
  ['trusted-types', 'qed'],
];

/** Of a page that a run wrote of itself: text, styles and drawings, and nothing that runs. */
export const documentPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups";

export const pagePolicy: string = allowed.map(([directive, sources]) => `${directive} ${sources}`).join('; ');
export const headerPolicy: string = `${pagePolicy}; frame-ancestors 'none'`;
