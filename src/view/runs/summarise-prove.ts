/** A run of `qed prove`: its problems, how many attempts have ended, what they cost. */
import path from 'node:path';
import { dollarsOf } from '../../prove/ledger.ts';
import { readSpend } from '../../prove/spend-record.ts';
import { readJsonObject } from '../read-json-object.ts';
import { type Summarise, unknown } from './summarisers.ts';

export const summariseProve: Summarise = async (workplace, { id, directory, path: below }) => {
  const { problems, scaffold, models } = readJsonObject(path.join(directory, 'prove.json'));
  const count =
    typeof problems === 'object' && problems !== null && 'count' in problems ? Number(problems.count) : 1;
  const main = typeof models === 'object' && models !== null && 'main' in models ? String(models.main) : '';
  const title = path.basename(below === '.' ? directory : below);
  const detail = `${count === 1 ? 'one problem' : `${count} problems`}, ${main}, ${String(scaffold)}`;
  if (!workplace.hasJournal(id)) return { ...unknown, title, detail, progress: 0 };
  return await workplace.journal(id, async (journal) => {
    const ended = journal.count('prove/finished');
    const { total } = await readSpend(journal);
    return {
      ...unknown,
      title,
      detail,
      isFinished: ended >= count,
      progress: Math.min(1, ended / Math.max(1, count)),
      dollars: total.money > 0 ? dollarsOf(total) : null,
      tokens: total.tokens,
    };
  });
};
