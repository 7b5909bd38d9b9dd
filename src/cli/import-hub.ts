/** `qed import hub:OWNER/NAME`: says what will come before it comes, how far it is, and what was made. */
import { type HubImportOptions, importFromHub } from '../model/hub/import-from-hub.ts';
import { shownPath } from '../recipe/shown-path.ts';
import { runDataStep } from './data-step-run.ts';
import { bytesText, countText, factLines } from './model-job.ts';
import { plainLine } from './text.ts';

/** Returns what to print. Throws a UserError for what a person can mend. */
export async function importHubModel(
  options: Pick<HubImportOptions, 'place' | 'revision' | 'directory' | 'withWeights' | 'type'> & {
    readonly json: boolean;
  },
): Promise<string> {
  const { json, ...asked } = options;
  const made = await runDataStep('importing', ({ signal, show, remark }) =>
    importFromHub({
      ...{ ...asked, environment: process.env, signal },
      onPlan: ({ commit, files, bytes, cachedBytes, keptBytes }) => {
        const there = [
          cachedBytes > 0 ? `${bytesText(cachedBytes)} of it in the hub’s own cache` : '',
          keptBytes > 0 ? `${bytesText(keptBytes)} kept from an earlier try` : '',
        ].filter((text) => text !== '');
        const already = there.length === 0 ? '' : ` (${there.join(', ')})`;
        remark(`hub:${asked.place.id} at commit ${commit}: ${files} files, ${bytesText(bytes)}${already}`);
      },
      onProgress: (file, received, total) =>
        show(() => `${plainLine(file)}: ${bytesText(received)} of ${bytesText(total)}`),
      onFile: (file, bytes) => remark(`  ${plainLine(file)}  ${bytesText(bytes)}`),
    }),
  );
  if (json) return `${JSON.stringify(made, null, 2)}\n`;
  const size = made.parameters === undefined ? '' : `, ${countText(made.parameters)} parameters`;
  const facts = factLines([
    ['commit', made.commit],
    ['architecture', `${plainLine(made.architecture)}${size}`],
    ['licence', made.license === undefined ? 'its card names none' : plainLine(made.license)],
    ['chat template', made.hasChatTemplate ? 'yes' : 'none'],
    ['weights', made.weights ?? 'not taken; they stay with a server'],
  ]);
  const remarks = made.remarks.map((text) => `  ${plainLine(text)}\n`).join('');
  return `${made.model}\n${facts}${remarks}imported into ${shownPath(made.directory)}\n`;
}
