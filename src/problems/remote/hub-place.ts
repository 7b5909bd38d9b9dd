/** `hub:OWNER/NAME`: a place on the Hugging Face hub, checked by the hub's rules before anything is made for it. */

export interface HubPlace {
  readonly owner: string;
  readonly name: string;
  /** OWNER/NAME. */
  readonly id: string;
}

const part = /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/;
const longest = 96;

export interface HubRevision {
  readonly place: HubPlace;
  /** A commit, branch or tag, where one is named. */
  readonly revision: string | undefined;
}

/** `hub:OWNER/NAME` or `hub:OWNER/NAME@REVISION`. Throws an Error that says what is wrong with it. */
export function parseHubRevision(text: string): HubRevision {
  const at = text.indexOf('@');
  if (at < 0) return { place: parseHubPlace(text), revision: undefined };
  const revision = text.slice(at + 1);
  if (!/^[\w][\w./-]*$/.test(revision) || revision.includes('..'))
    throw new Error(
      `${text}: ${JSON.stringify(revision)} is no commit, branch or tag; expected hub:OWNER/NAME@REVISION`,
    );
  return { place: parseHubPlace(text.slice(0, at)), revision };
}

/** Throws an Error that says what is wrong with it. */
export function parseHubPlace(text: string): HubPlace {
  const refuse = (reason: string) => new Error(`${text}: ${reason}; expected hub:OWNER/NAME`);
  const [, owner, name, rest] = /^hub:([^/]+)\/([^/]+)(.*)$/s.exec(text) ?? [];
  if (owner === undefined || name === undefined || rest !== '') throw refuse('no place on the hub');
  for (const one of [owner, name]) {
    if (!part.test(one))
      throw refuse(`${JSON.stringify(one)} is no name there (letters, digits, - . _, no mark at either end)`);
    if (/--|\.\./.test(one)) throw refuse(`${JSON.stringify(one)} has "--" or "..", which the hub refuses`);
  }
  if (/\.(git|ipynb)$/.test(name))
    throw refuse(`a name there does not end in ${name.slice(name.lastIndexOf('.'))}`);
  const id = `${owner}/${name}`;
  if (id.length > longest) throw refuse(`${id.length} characters, at most ${longest} are allowed`);
  return { owner, name, id };
}
