/**
 * The folder that is looked at: its run directories, their journals through read-only connections that are kept open while
 * they are in use, and a revision of each run that changes when the run does. Nothing here writes.
 */
import { existsSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { JournalReader } from '../journal/journal-reader.ts';
import { type FoundRun, findRuns } from './find-runs.ts';
import { NotFoundError } from './not-found-error.ts';
import { fromSafeName, safeName } from './safe-name.ts';

export interface RunPlace extends FoundRun {
  readonly id: string;
  /** Absolute. */
  readonly directory: string;
}

export interface WorkplaceOptions {
  /** As the command was given it. */
  readonly folder: string;
  readonly isStatic?: boolean;
  /** The id of a run: the list has no other. */
  readonly only?: string;
  /** Milliseconds; a clock of one's own in tests. */
  readonly now?: () => number;
}

interface OpenReader {
  readonly reader: JournalReader;
  readonly inode: number;
  users: number;
  last: number;
}

/** Journals kept open at once, beside those in use. */
const mostReaders = 16;
/** How long the list of runs is taken as it was. */
const listMilliseconds = 1000;
/** File systems tell times in steps of some milliseconds. */
const youngMilliseconds = 1000;
/** Files whose change is a change of the run, beside its journal. */
const watched = [
  'recipe.yaml',
  'finished.json',
  'report.json',
  'step.json',
  'curation.json',
  'calibration.json',
  'bench.json',
  'prove.json',
];

export class Workplace {
  readonly folder: string;
  readonly isStatic: boolean;
  readonly now: () => number;
  readonly #root: string;
  readonly #only: string | undefined;
  readonly #readers = new Map<string, OpenReader>();
  #list: { readonly runs: readonly RunPlace[]; readonly at: number } | undefined;

  /** Throws an Error where the folder is none. */
  constructor({ folder, isStatic = false, only, now = Date.now }: WorkplaceOptions) {
    this.folder = folder;
    this.isStatic = isStatic;
    this.now = now;
    this.#only = only;
    this.#root = path.resolve(folder);
    if (!existsSync(this.#root) || !statSync(this.#root).isDirectory()) {
      throw new NotFoundError(`${folder}: there is no such folder`);
    }
  }

  /** Absolute path of the folder. */
  get root(): string {
    return this.#root;
  }

  runs(): readonly RunPlace[] {
    if (this.#list === undefined || this.now() - this.#list.at > listMilliseconds) {
      const runs = findRuns(this.#root).map((found) => this.#placeOf(found));
      this.#list = {
        runs: runs.filter(({ id }) => this.#only === undefined || id === this.#only),
        at: this.now(),
      };
    }
    return this.#list.runs;
  }

  /** Throws a NotFoundError for an id that is no run of this folder. */
  run(id: string): RunPlace {
    const known = this.#list?.runs.find((run) => run.id === id) ?? this.runs().find((run) => run.id === id);
    if (known !== undefined) return known;
    this.#list = undefined;
    const found = this.runs().find((run) => run.id === id);
    if (found !== undefined) return found;
    throw new NotFoundError(`there is no run ${fromSafeName(id) ?? id} in ${this.folder}`);
  }

  /** Absolute path of a run directory. Throws a NotFoundError. */
  directoryOf(id: string): string {
    return this.run(id).directory;
  }

  /**
   * Gives the journal of a run to `use` and keeps it open for a while. Throws a NotFoundError for a run without one, and
   * what `JournalReader` throws for a damaged one.
   */
  async journal<Value>(id: string, use: (journal: JournalReader) => Promise<Value> | Value): Promise<Value> {
    const open = this.#open(this.run(id));
    open.users += 1;
    try {
      return await use(open.reader);
    } finally {
      open.users -= 1;
      open.last = this.now();
      this.#closeOld();
    }
  }

  /** Whether the run has a journal at all. */
  hasJournal(id: string): boolean {
    return existsSync(path.join(this.directoryOf(id), 'journal.db'));
  }

  /** Changes whenever the run does. Throws a NotFoundError. */
  async revision(id: string): Promise<string> {
    const { directory } = this.run(id);
    const files = watched.map((file) =>
      stampOf(statSync(path.join(directory, file), { throwIfNoEntry: false })),
    );
    let journal = '';
    try {
      if (this.hasJournal(id)) journal = await this.journal(id, (reader) => reader.revision());
    } catch (error) {
      // A journal that cannot be read has no revision; whoever reads it is told why.
      journal = error instanceof Error ? error.name : 'unreadable';
    }
    return [journal, ...files].join('.');
  }

  /**
   * The same from the files alone, for lists of many runs whose journals need not be opened: undefined while the last change is so
   * young that another may bear the same time.
   */
  stamp(id: string): string | undefined {
    const { directory } = this.run(id);
    const stats = [...watched, 'journal.db', 'journal.db-wal'].map((file) =>
      statSync(path.join(directory, file), { throwIfNoEntry: false }),
    );
    const last = Math.max(...stats.map((stat) => (stat === undefined || stat.size === 0 ? 0 : stat.mtimeMs)));
    if (this.now() - last < youngMilliseconds) return undefined;
    return stats.map((stat) => stampOf(stat)).join('.');
  }

  close(): void {
    for (const { reader } of this.#readers.values()) reader.close();
    this.#readers.clear();
  }

  #placeOf(found: FoundRun): RunPlace {
    return { ...found, id: safeName(found.path), directory: path.join(this.#root, found.path) };
  }

  #open({ id, directory }: RunPlace): OpenReader {
    const file = path.join(directory, 'journal.db');
    if (!existsSync(file)) throw new NotFoundError(`${directory}: this run has no journal`);
    const inode = statSync(file).ino;
    const known = this.#readers.get(id);
    if (known?.inode === inode) return known;
    // Another journal in the same place: the run was begun anew.
    if (known !== undefined && known.users === 0) known.reader.close();
    const open: OpenReader = { reader: new JournalReader(directory), inode, users: 0, last: this.now() };
    this.#readers.set(id, open);
    return open;
  }

  #closeOld(): void {
    const idle = [...this.#readers].filter(([, { users }]) => users === 0);
    const excess = this.#readers.size - mostReaders;
    for (const [id, { reader }] of idle
      .sort(([, a], [, b]) => a.last - b.last)
      .slice(0, Math.max(0, excess))) {
      reader.close();
      this.#readers.delete(id);
    }
  }
}

function stampOf(stat: Stats | undefined): string {
  // Looking at a journal makes an empty log beside it.
  return stat === undefined || stat.size === 0
    ? '-'
    : `${Math.round(stat.mtimeMs).toString(36)}:${stat.size.toString(36)}`;
}
