/**
 * Gradings of one proof that stand on several lines: one rating for each grader, the later one where a grader has two. A
 * proof whose gradings were all taken back has no grade (NULL-NOT-ZERO): it is counted and left out.
 */
import type { GradedProof, HumanGrade } from './graded-proof.ts';

type Points = HumanGrade & { readonly kind: 'points' };

interface Known {
  proof: string | undefined;
  /** By grader, in the order in which they came. */
  readonly grades: Map<string, Points>;
}

export class Gradings {
  readonly #known = new Map<string, Known>();

  /** `new`: the first grading of this proof. */
  add(id: string, grader: string, grade: Points, proof: string): 'new' | 'known' | 'another-proof' {
    const known = this.#of(id);
    if (known.proof !== undefined && known.proof !== proof) return 'another-proof';
    const isNew = known.proof === undefined;
    known.proof = proof;
    known.grades.set(grader, grade);
    return isNew ? 'new' : 'known';
  }

  takeBack(id: string, grader: string): void {
    this.#of(id).grades.delete(grader);
  }

  /** The proof with what all graders came to; itself where its grade stood on one line; undefined without any. */
  of(proof: GradedProof): GradedProof | undefined {
    const known = this.#known.get(proof.id);
    if (known === undefined) return proof;
    const grades = [...known.grades.values()];
    const [first] = grades;
    if (first === undefined) return undefined;
    const ratings = grades.flatMap((grade) => grade.ratings);
    const points = ratings.reduce((sum, rating) => sum + rating, 0) / ratings.length;
    return {
      ...proof,
      grader: [...known.grades.keys()].join(', '),
      grade: { kind: 'points', points, ratings, maximum: first.maximum },
    };
  }

  get withoutGrade(): number {
    return [...this.#known.values()].filter(({ grades }) => grades.size === 0).length;
  }

  #of(id: string): Known {
    const known = this.#known.get(id) ?? { proof: undefined, grades: new Map<string, Points>() };
    this.#known.set(id, known);
    return known;
  }
}
