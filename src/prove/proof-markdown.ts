/** The attempts at a problem as Markdown: the problem, the proof as the model wrote it, and how it came about. */
import {
  callText,
  labelsOfNotes,
  notesText,
  type ProofReport,
  remarksOn,
  spentText,
  verdictText,
} from './proof-report.ts';
import type { ProveOutcome } from './prove-problem.ts';

export function proofMarkdown(report: ProofReport): string {
  const { problem, attempts, models, scaffold, budget } = report;
  const many = attempts.length > 1;
  const sections = attempts.map((attempt, index) =>
    [
      `## ${many ? `Proof ${index + 1}` : 'Proof'}`,
      attempt.proof?.trim() ?? '*There is none.*',
      `*${[verdictText(attempt), ...remarksOn(attempt)].join(' ')}*`,
      `### How it came about`,
      traceTable(attempt),
    ].join('\n\n'),
  );
  const facts = [
    `- model: ${models.join(', ')}`,
    `- scaffold: ${scaffold}`,
    `- budget: ${budget}`,
    `- spent: ${spentText(report)}`,
  ].join('\n');
  return `${[`# ${oneLine(problem.id)}`, problem.statement.trim(), ...sections, '## Facts', facts].join('\n\n')}\n`;
}

function traceTable(attempt: ProveOutcome): string {
  const rows = attempt.trace.calls.map((call) =>
    [call.label, call.role, call.from.join(', '), callText(call), notesText(attempt, call.label)]
      .map(cell)
      .join(' | '),
  );
  const choices = labelsOfNotes(attempt).map((label) =>
    [label, '', '', '', notesText(attempt, label)].map(cell).join(' | '),
  );
  const lines = [...rows, ...choices].map((row) => `| ${row} |`);
  const kept = attempt.trace.kept.filter(({ scope }) => scope === '').map(({ why }) => `- ${oneLine(why)}`);
  const table = ['| call | role | reads | cost | noted |', '|---|---|---|---|---|', ...lines].join('\n');
  return kept.length === 0 ? table : `${table}\n\nBest so far, in turn:\n\n${kept.join('\n')}`;
}

function cell(text: string): string {
  return oneLine(text).replaceAll('|', '\\|');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
