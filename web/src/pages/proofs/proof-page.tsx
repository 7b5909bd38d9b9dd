/** A proof beside what was made of it: statement and proof at one side, scheme, points and reports at the other. */
import type { Proof, ProofQueue } from '../../../../src/view/api/proof.ts';
import { formatNumber } from '../../format.ts';
import { Loading } from '../../parts/loading.tsx';
import { Markup } from '../../parts/markup.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import { linkTo } from '../../route.ts';
import { lastGrader, useGrader } from '../grade/grader-name.ts';
import type { PageProps } from '../pages.ts';
import { GradeCard } from './grade-card.tsx';
import { GradeWay } from './grade-way.tsx';
import { HiddenGrades } from './hidden-grades.tsx';
import { PointsMark } from './points-mark.tsx';
import { finishWords } from './proof-rows.tsx';
import { SchemeCard } from './scheme-card.tsx';
import './proofs.css';

export function ProofPage({ names }: PageProps) {
  const { run = '', id = '' } = names;
  const { value, error, again } = useResource('runs/:run/proof/:id.json', { run, id });
  const [named] = useGrader();
  const grader = named === '' ? lastGrader() : named;
  const list = linkTo('runs', run, 'proofs');
  if (value === undefined) {
    if (error === undefined) return <Loading what="Reading the proof" />;
    return (
      <Problem
        title="The proof could not be read"
        text={error}
        again={again}
        way={{ text: 'Proofs of this run', address: list }}
      />
    );
  }
  const queue = value.queues.find(({ blind }) => blind.includes(grader));
  const grades = queue === undefined ? value.grades : [];
  const [first, ...others] = grades;
  return (
    <>
      <p class="eyebrow">
        {value.group === null ? (
          <a href={list}>Proofs</a>
        ) : (
          <a href={linkTo('runs', run, 'rollouts', value.group.stage, value.group.step, value.group.group)}>
            Group {value.group.group}
          </a>
        )}{' '}
        · {value.system}
      </p>
      <div class="proofs-title">
        <h1>{value.problem.id}</h1>
        {first !== undefined && <PointsMark points={first.points} title={first.judge} />}
        <span class="quiet">
          attempt {value.attempt}
          {value.tokens === null ? '' : ` · ${formatNumber(value.tokens)} tokens`} ·{' '}
          {finishWords[value.finish]}
        </span>
        <Ways run={run} proof={value} queue={queue} />
      </div>
      <Siblings run={run} proof={value} isHidden={queue !== undefined} />
      <div class="proofs-sides">
        <div class="proofs-side">
          <section aria-labelledby="proofs-statement">
            <h2 id="proofs-statement">Problem</h2>
            {value.problem.statement === null ? (
              <p class="quiet">The statement is not in the run directory.</p>
            ) : (
              <Markup of={value.problem.statement} />
            )}
            {value.problem.answer !== null && (
              <p class="quiet">
                Answer: <b>{value.problem.answer}</b>
              </p>
            )}
          </section>
          <section aria-labelledby="proofs-proof">
            <h2 id="proofs-proof">Proof</h2>
            {value.remarks.map((remark) => (
              <p key={remark} class="proofs-remark">
                {remark}
              </p>
            ))}
            {value.proof === null ? (
              <p class="quiet">There is none.</p>
            ) : (
              <Markup of={value.proof} class="prose proofs-text" />
            )}
          </section>
          {value.reasoning !== null && (
            <details>
              <summary>Reasoning before the proof</summary>
              <p class="proofs-reasoning">{value.reasoning}</p>
            </details>
          )}
          {value.problem.solutions.map((solution, index) => (
            <details key={solution}>
              <summary>Reference solution{value.problem.solutions.length > 1 ? ` ${index + 1}` : ''}</summary>
              <Markup of={solution} />
            </details>
          ))}
        </div>
        <div class="proofs-side">
          {queue !== undefined ? (
            <HiddenGrades {...{ queue, grader, again }} />
          ) : first === undefined ? (
            <section>
              <h2>Grade</h2>
              <p class="quiet">{noGrade(value)}</p>
            </section>
          ) : (
            <GradeCard grade={first} title="Grade" />
          )}
          <SchemeCard problem={value.problem} grades={grades} />
          {others.map((grade) => (
            <GradeCard key={grade.judge} grade={grade} title="Another grade of the same proof" />
          ))}
        </div>
      </div>
    </>
  );
}

function noGrade({ finish }: Proof): string {
  return finish === 'none' ? 'There was nothing to grade.' : 'Nobody has graded it yet.';
}

/** To the calls that it came from, and to where a person grades. */
function Ways({
  run,
  proof,
  queue,
}: {
  readonly run: string;
  readonly proof: Proof;
  readonly queue: ProofQueue | undefined;
}) {
  return (
    <nav class="proofs-ways" aria-label="More of this attempt">
      {proof.hasTrace && (
        <a class="button" href={linkTo('runs', run, 'traces', proof.id)}>
          How it came about
        </a>
      )}
      <GradeWay run={run} id={proof.id} queue={queue} />
    </nav>
  );
}

function Siblings({
  run,
  proof,
  isHidden,
}: {
  readonly run: string;
  readonly proof: Proof;
  /** Points would unblind. */
  readonly isHidden: boolean;
}) {
  const { siblings } = proof;
  if (siblings.length < 2) return null;
  return (
    <nav class="proofs-siblings" aria-label="Attempts at the same problem">
      <span class="quiet">Attempts of the same system:</span>
      {siblings.map(({ id, attempt, points }) => (
        <a
          key={id}
          href={linkTo('runs', run, 'proofs', id)}
          aria-current={id === proof.id ? 'page' : undefined}
          aria-label={`attempt ${attempt}${isHidden ? '' : points === null ? ', no grade' : `, ${formatNumber(points, 1)} of 7`}`}
        >
          {attempt} {!isHidden && <PointsMark points={points} />}
        </a>
      ))}
    </nav>
  );
}
