/**
 * The final answer of a reply: its last box, or boxes that stand side by side; where there is none, what a last "the
 * answer is …" says, which is marked as weaker; else nothing but the ending of the text, for a judge to read. It takes
 * time in proportion to the text, whatever is in it.
 */

export type ExtractedAnswer =
  | { readonly kind: 'boxed'; readonly answer: string }
  /** From a sentence: what belongs to the answer is a guess. */
  | { readonly kind: 'stated'; readonly answer: string }
  /** `open` where the text ends within a box. */
  | { readonly kind: 'none'; readonly ending: string; readonly open: boolean };

/**
 * @example extractAnswer('So \\boxed{\\frac{1}{2}}.') // { kind: 'boxed', answer: '\\frac{1}{2}' }
 */
export function extractAnswer(reply: string): ExtractedAnswer {
  const text = withoutReasoning(reply);
  const { boxes, open } = boxesOf(text);
  const said = boxes.filter(({ content }) => !saysNothing(content));
  if (said.length > 0 && !open) return { kind: 'boxed', answer: lastGroup(text, said) };
  const stated = open ? undefined : statedAnswer(text);
  if (stated !== undefined) return { kind: 'stated', answer: stated };
  return { kind: 'none', ending: endingOf(text), open };
}

interface Box {
  readonly content: string;
  /** Of the whole command in the text. */
  readonly from: number;
  readonly to: number;
}

/** `\boxed` and `\fbox`, also with the backslash doubled, or lost to a JSON escape. */
const lostEscape = String.fromCharCode(8);
const opening = new RegExp(
  `(?:\\\\{1,4}b|${lostEscape})oxed(?![A-Za-z])\\s*|\\\\{1,4}fbox(?![A-Za-z])\\s*`,
  'y',
);
const bareContent = /[^\s{}$\\]+/y;

/** The boxes that are within no other, in order, and whether the last one never ends. */
function boxesOf(text: string): { readonly boxes: readonly Box[]; readonly open: boolean } {
  const boxes: Box[] = [];
  /** Opening braces, those of boxes with the place where the command begins. */
  const braces: (number | undefined)[] = [];
  const starts: number[] = [];
  let boxesOpen = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\' || character === lostEscape) {
      opening.lastIndex = at;
      const found = opening.exec(text);
      if (found === null) {
        // An escaped brace is not one.
        at += 1;
        continue;
      }
      const after = at + found[0].length;
      if (text[after] === '{') {
        braces.push(at);
        starts.push(after + 1);
        boxesOpen += 1;
        at = after;
      } else if (boxesOpen === 0) {
        bareContent.lastIndex = after;
        const content = bareContent.exec(text)?.[0].replace(/[.,;:]+$/, '') ?? '';
        boxes.push({ content, from: at, to: after + content.length });
        at = after + content.length - 1;
      }
    } else if (character === '{') braces.push(undefined);
    else if (character === '}' && braces.length > 0) {
      const from = braces.pop();
      if (from === undefined) continue;
      boxesOpen -= 1;
      const start = starts.pop() ?? at;
      if (boxesOpen === 0) boxes.push({ content: text.slice(start, at).trim(), from, to: at + 1 });
    }
  }
  return { boxes, open: boxesOpen > 0 };
}

/** Empty boxes, ends of proofs, and what the instructions said. */
function saysNothing(content: string): boolean {
  const plain = content.replace(/\\text\s*\{([^{}]*)\}/g, '$1').replace(/[\s$.]/g, '');
  return /^(?:\\(?:square|blacksquare|qed|Box|ldots|dots|cdots))?$|^Q?ED$|^(?:your|final|the)*answer(?:here)?$|^…$/i.test(
    plain,
  );
}

/** Only signs, and words that join: then the boxes before and after are one answer. */
const joint =
  /^[\s$,;]*(?:\\(?:text|mathrm|quad|qquad|,|;)\s*\{?)?\s*(?:and|or)?\s*\}?[\s$,;]*(?:([A-Za-z])\s*=\s*)?[\s$]*$/;
const mostInGroup = 64;
const label = /(?:^|[^A-Za-z\\])([A-Za-z])\s*=\s*$/;

function lastGroup(text: string, boxes: readonly Box[]): string {
  const group: { readonly content: string; readonly name: string | undefined }[] = [];
  for (let i = boxes.length - 1; i >= 0 && group.length < mostInGroup; i -= 1) {
    const [box, before] = [boxes[i], boxes[i - 1]];
    if (box === undefined) break;
    const name = label.exec(text.slice(Math.max(0, box.from - 12), box.from))?.[1];
    group.unshift({ content: box.content, name });
    if (before === undefined) break;
    const between = text.slice(before.to, box.from);
    if (between.length > 60 || /\n\s*\n/.test(between) || !joint.test(between)) break;
  }
  const contents = [...new Set(group.map(({ content }) => content))];
  if (contents.length === 1) return contents[0] ?? '';
  const names = group.map(({ name }) => name);
  // x = 3 and y = 5, each in its box.
  if (new Set(names).size === group.length && !names.includes(undefined))
    return group.map(({ content, name }) => `${name} = ${content}`).join(', ');
  return contents.join(', ');
}

const statement =
  /(?:final\s+answer|the\s+answer|\banswer)\b[\s*_]*(?:(?:is|are|:|=)[\s*_:]*(?:therefore|thus|then|hence|just|simply)?|(?=\n))/gi;
const longestStatement = 400;

/** What stands after the last "answer is", to the end of its line, sentence or display. */
function statedAnswer(text: string): string | undefined {
  const tail = text.slice(-20_000);
  const last = [...tail.matchAll(statement)].at(-1);
  if (last === undefined) return undefined;
  const after = tail.slice(last.index + last[0].length).replace(/^[\s*_#:]+/, '');
  const display = /^(?:\\\[|\$\$)([\s\S]{1,400}?)(?:\\\]|\$\$)/.exec(after)?.[1];
  const line = after.split('\n', 1)[0] ?? '';
  const sentence = line.split(/(?<!\d)\.(?=\s|$)|\.(?=\s*[*_]*$)/, 1)[0] ?? '';
  const answer = (display ?? sentence).replace(/[*_`]{2,}/g, '').trim();
  return answer === '' || answer.length > longestStatement ? undefined : answer;
}

/** The last five lines with something in them. */
function endingOf(text: string): string {
  const lines = text
    .slice(-4000)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.slice(-5).join('\n').slice(-2000).trim();
}

function withoutReasoning(text: string): string {
  const end = text.lastIndexOf('</think>');
  const rest = end === -1 ? text : text.slice(end + '</think>'.length);
  const open = rest.indexOf('<think>');
  return open === -1 ? rest : rest.slice(0, open);
}
