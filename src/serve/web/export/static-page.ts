/**
 * The page of an exported site: the app's own, which is told that it has no server, has its policy in itself, and says in
 * words what to do where its script does not run, as in a page opened from a file. The app takes these words off; the
 * stylesheet hides them until it had time to.
 */
import { pagePolicy } from '../policy.ts';

const words =
  '<div id="unstarted" class="unstarted"><h1>This page did not start</h1><p>It is a site made by <code>qed serve --export</code>. ' +
  'A browser does not run it when it is opened as a file, only from a web server: put the folder on one, or run ' +
  '<code>python3 -m http.server</code> or <code>npx serve</code> in this folder and open the address that it prints.</p></div>';

/** Throws an Error for a page that is not the app's. */
export function staticPage(page: string): string {
  let text = page;
  const put = (before: string, after: string): void => {
    if (!text.includes(before)) throw new Error(`the page of the web app has no ${before}`);
    // A function: nothing in the text has a meaning.
    text = text.replace(before, () => after);
  };
  put('<html lang="en">', '<html lang="en" data-static="true">');
  // Before anything that it could concern.
  put(
    '<meta charset="utf-8">',
    `<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="${pagePolicy}">`,
  );
  put('<div id="app"></div>', `<div id="app"></div>\n${words}`);
  return text;
}
