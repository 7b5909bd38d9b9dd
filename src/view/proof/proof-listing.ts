/**
 * All proofs of a run in a form that lists of a hundred thousand are made from, kept while the run does not change. Where they
 * come from depends on what the run is of.
 */
import type { Problem } from '../../problems/problem.ts';
import type { ProofFinish, ProofList } from '../api/proof.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { RunPlace, Workplace } from '../workplace.ts';
import { benchListing } from './bench-listing.ts';
import { evaluationListing } from './evaluation-listing.ts';
import { proveListing } from './prove-listing.ts';

export interface ListedProof {
  /** Of the attempt, in the journal. */
  readonly unit: string;
  /** Places in the lists of the listing. */
  readonly problem: number;
  readonly system: number;
  /** From 0. */
  readonly attempt: number;
  /** By judge; null without a grade. */
  readonly points: readonly (number | null)[];
  /** By judge; empty where there is a grade or none was tried. */
  readonly causes: readonly string[];
  readonly tokens: number | null;
  readonly finish: ProofFinish;
}

export interface ProofListing extends Pick<ProofList, 'title' | 'kind' | 'systems' | 'judges' | 'empty'> {
  readonly problems: readonly Pick<Problem, 'id' | 'statement'>[];
  readonly rows: readonly ListedProof[];
}

export type MakeListing = (workplace: Workplace, place: RunPlace) => Promise<ProofListing>;

/** A run without a journal has nothing yet. */
const makers: Partial<Record<RunPlace['kind'], MakeListing>> = {
  bench: benchListing,
  prove: proveListing,
  recipe: evaluationListing,
};

interface Known {
  readonly revision: string;
  readonly listing: Promise<ProofListing>;
}

const known = new WeakMap<Workplace, Map<string, Known>>();
/** Listings that are kept. */
const most = 4;

/** Throws a NotFoundError for a run of a kind that leaves no proofs. */
export async function proofListing(workplace: Workplace, run: string): Promise<ProofListing> {
  const place = workplace.run(run);
  const make = makers[place.kind];
  if (make === undefined)
    throw new NotFoundError(`${place.path} is a run of another kind: it leaves no proofs`);
  const ofWorkplace = known.get(workplace) ?? new Map<string, Known>();
  known.set(workplace, ofWorkplace);
  const revision = await workplace.revision(run);
  const before = ofWorkplace.get(run);
  if (before?.revision === revision) return await before.listing;
  const listing = make(workplace, place);
  ofWorkplace.delete(run);
  ofWorkplace.set(run, { revision, listing });
  const [oldest] = ofWorkplace.keys();
  if (ofWorkplace.size > most && oldest !== undefined) ofWorkplace.delete(oldest);
  try {
    return await listing;
  } catch (error) {
    ofWorkplace.delete(run);
    throw error;
  }
}

/** Ids of the runs that may have proofs. */
export function runsWithProofs(workplace: Workplace): string[] {
  return workplace.runs().flatMap(({ id, kind }) => (makers[kind] !== undefined ? [id] : []));
}
