/** HTML that this program made and that is harmless, as a type of its own: nothing else may become part of a page. */
declare const safe: unique symbol;
export type SafeHtml = string & { readonly [safe]: true };
