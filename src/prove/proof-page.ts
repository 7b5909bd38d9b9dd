/**
 * The attempts at a problem as one self-contained HTML page: problem and proof with rendered mathematics, and the trace,
 * every call of which can be opened. Everything a model wrote is untrusted: it is escaped or rendered from Markdown to
 * known elements, and the page's own policy lets nothing run and nothing load.
 */

import { html, type Markup } from './html.ts';
import { markdownToHtml } from './markdown-html.ts';
import { createMathematics, type Mathematics } from './mathematics.ts';
import {
  callsText,
  callText,
  labelsOfNotes,
  notesText,
  type ProofReport,
  remarksOn,
  spentText,
  verdictText,
} from './proof-report.ts';
import { proofStylesheet } from './proof-stylesheet.ts';
import type { ProveOutcome } from './prove-problem.ts';
import { standingPage } from './standing-page.ts';
import type { TraceCall } from './trace.ts';
import { callsOf, groupsOf, type TraceNode, traceTree } from './trace-tree.ts';

/**
 * Longer texts of a trace are shown by their beginning and end; the journal has them whole. Of a search of thousands of
 * calls each shows less, so that a browser can open the page.
 */
const longestText = 40_000;
const shortestText = 200;
const allTexts = 20_000_000;
/** Prompt, reasoning and answer. */
const textsOfCall = 3;

export function proofPage(report: ProofReport): string {
  const { problem, attempts, models, scaffold, budget, version } = report;
  const mathematics = createMathematics();
  const many = attempts.length > 1;
  const proofs = attempts.map(
    (attempt, index) => html`<section>
<h2>${many ? `Proof ${index + 1}` : 'Proof'}</h2>
<p class="verdict ${attempt.writer?.isCut === true ? 'cut' : attempt.status}">${verdictText(attempt)}</p>
${remarksOn(attempt).map((remark) => html`<p class="verdict cut">${remark}</p>`)}
${proofOf(attempt, mathematics)}
${traceOf(attempt, index, mathematics)}
</section>`,
  );
  return standingPage({
    title: problem.id,
    stylesheet: proofStylesheet,
    version,
    main: html`<header>
<p class="eyebrow">${models[0] ?? ''} · ${scaffold}</p>
<h1>${problem.id}</h1>
</header>
<section class="problem">${markdownToHtml(problem.statement, mathematics)}</section>
${proofs}
<footer>
<dl>
<dt>model</dt><dd>${models.join(', ')}</dd>
<dt>scaffold</dt><dd>${scaffold}</dd>
<dt>budget</dt><dd>${budget}</dd>
<dt>spent</dt><dd>${spentText(report)}</dd>
</dl>
<p>Written by a language model with QED ${version}. Nobody has checked it but, where the trace says so, another call.</p>
</footer>`,
  });
}

function proofOf({ proof }: ProveOutcome, mathematics: Mathematics): Markup | undefined {
  return proof === undefined
    ? undefined
    : html`<article class="proof">${markdownToHtml(proof, mathematics)}</article>`;
}

/** What the rows of a trace have in common. */
interface Shown {
  readonly attempt: ProveOutcome;
  /** Of calls by label; of a scaffold within the scaffold its last call's. */
  readonly anchors: ReadonlyMap<string, string>;
  /** Labels of rows that are no calls. */
  readonly groups: ReadonlySet<string>;
  /** Characters of a text at most. */
  readonly longest: number;
  readonly mathematics: Mathematics;
}

function traceOf(attempt: ProveOutcome, index: number, mathematics: Mathematics): Markup {
  const { calls, kept } = attempt.trace;
  const tree = traceTree(calls);
  const anchors = new Map<string, string>();
  for (const [place, { label }] of calls.entries()) {
    const anchor = `call-${index + 1}-${place + 1}`;
    for (let at = label.indexOf('/'); at !== -1; at = label.indexOf('/', at + 1))
      anchors.set(label.slice(0, at), anchor);
  }
  // A call keeps its own, whatever was asked below it.
  for (const [place, { label }] of calls.entries()) anchors.set(label, `call-${index + 1}-${place + 1}`);
  const groups = new Set(groupsOf(tree).map(({ label }) => label));
  const share = Math.floor(allTexts / textsOfCall / Math.max(calls.length, 1));
  const longest = Math.min(longestText, Math.max(shortestText, share));
  const shown = { attempt, anchors, groups, longest, mathematics };
  const best = kept.filter(({ scope }) => scope === '');
  return html`<div class="trace">
<h3>How it came about</h3>
<div class="calls">${tree.map((node) => nodeOf(node, shown))}</div>
${choicesOf('', shown, html`<h4>Choices</h4>`)}
${best.length > 1 && html`<h4>Best so far, in turn</h4><ol>${best.map(({ why }) => html`<li>${why}</li>`)}</ol>`}
</div>`;
}

/** What a scaffold said that is about none of its calls. `prefix` is the scaffold's, with its slash. */
function choicesOf(prefix: string, { attempt, groups }: Shown, heading?: Markup): Markup | undefined {
  const own = labelsOfNotes(attempt).filter(
    (label) => label.startsWith(prefix) && !label.slice(prefix.length).includes('/') && !groups.has(label),
  );
  if (own.length === 0) return undefined;
  const items = own.map(
    (label) => html`<li><b>${label.slice(prefix.length)}</b> ${notesText(attempt, label)}</li>`,
  );
  return html`${heading}<ul>${items}</ul>`;
}

function nodeOf(node: TraceNode, shown: Shown): Markup {
  const { label, call, children } = node;
  if (call !== undefined) return callOf(node, call, shown);
  return html`<details class="group">
<summary>${labelOf(label)}<span class="role"></span><span class="notes">${notesText(shown.attempt, label)}</span><span class="cost">${callsText(callsOf(node))}</span></summary>
<div class="calls">${children.map((child) => nodeOf(child, shown))}</div>
${choicesOf(`${label}/`, shown)}
</details>`;
}

function labelOf(label: string): Markup {
  const parts = label.split('/');
  return html`<span class="label"><span class="path">${parts.slice(0, -1).map((part) => `${part}/`)}</span>${parts.at(-1)}</span>`;
}

function callOf({ label, children }: TraceNode, call: TraceCall, shown: Shown): Markup {
  const { attempt, anchors, longest } = shown;
  const { role, model, from, messages, outcome } = call;
  const notes = notesText(attempt, label);
  const isProof = attempt.writer?.label === label;
  const reads = from.map((source) => {
    const anchor = anchors.get(source);
    return anchor === undefined ? html`<span>${source}</span>` : html`<a href="#${anchor}">${source}</a>`;
  });
  return html`<details id="${anchors.get(label)}" class="${outcome.kind}${isProof && ' chosen'}">
<summary>${labelOf(label)}<span class="role">${role}</span><span class="notes">${isProof && html`<b>the proof</b>${notes !== '' && ', '}`}${notes}</span><span class="cost">${callText(call)}</span></summary>
<div class="inside">
<p class="meta">${model}${reads.length > 0 && html` · reads ${reads.map((read, at) => [at > 0 && ', ', read])}`}</p>
${messages.map(({ role: speaker, content }) => folded(`${speaker}`, html`<pre class="text">${shortened(content, longest)}</pre>`))}
${outcome.kind === 'reply' && outcome.reasoning !== '' && folded('reasoning', html`<pre class="text">${shortened(outcome.reasoning, longest)}</pre>`)}
${outcome.kind === 'reply' && answerOf(outcome.answer, shown)}
${children.length > 0 && html`<div class="calls">${children.map((child) => nodeOf(child, shown))}</div>`}
</div>
</details>`;
}

/** Mathematics is rendered where the texts are shown whole; in a search of thousands of calls it would be most of the page. */
function answerOf(answer: string | undefined, { longest, mathematics }: Shown): Markup {
  if (answer === undefined)
    return html`<p class="meta">The reasoning did not end within the limit: there is no answer.</p>`;
  const text = shortened(answer, longest);
  if (longest < longestText) return html`<pre class="text">${text}</pre>`;
  return html`<div class="answer">${markdownToHtml(text, mathematics, { headingLevel: 5 })}</div>`;
}

function folded(name: string, content: Markup): Markup {
  return html`<details class="folded"><summary>${name}</summary>${content}</details>`;
}

function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const half = Math.floor(longest / 2);
  const left = text.length - 2 * half;
  return `${text.slice(0, half)}\n\n[… ${left.toLocaleString('en-US')} characters; the journal has them …]\n\n${text.slice(-half)}`;
}
