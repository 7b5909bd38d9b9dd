/** The letters of an answer's values, and answers with their expressions changed. */
import type { Answer, Condition } from './answer.ts';
import { type Expression, lettersOf } from './expression.ts';

/** Letters of the values; names of what is answered, and arguments of functions that are, are not among them. */
export function lettersOfAnswer(answer: Answer): Set<string> {
  switch (answer.kind) {
    case 'tuple':
    case 'collection':
      return new Set(answer.items.flatMap((item) => [...lettersOfAnswer(item)]));
    case 'named': {
      const letters = lettersOfAnswer(answer.answer);
      for (const letter of argumentsOf(answer)) letters.delete(letter);
      return letters;
    }
    case 'guarded':
      return lettersOfAnswer(answer.answer);
    default: {
      const letters = new Set<string>();
      mapExpressions(answer, (expression) => {
        for (const letter of lettersOf(expression)) letters.add(letter);
        return expression;
      });
      return letters;
    }
  }
}

/** Arguments of the function that is answered. */
export function argumentsOf(answer: Answer): readonly string[] {
  return answer.kind === 'named' && answer.name.kind === 'function' ? answer.name.arguments : [];
}

export function mapExpressions(answer: Answer, change: (expression: Expression) => Expression): Answer {
  const within = (inner: Answer): Answer => mapExpressions(inner, change);
  const end = (value: Expression | undefined): Expression | undefined => value && change(value);
  switch (answer.kind) {
    case 'value':
      return { ...answer, value: change(answer.value) };
    case 'tuple':
    case 'collection':
      return { ...answer, items: answer.items.map(within) };
    case 'region':
      return {
        ...answer,
        pieces: answer.pieces.map((piece) => ({ ...piece, low: end(piece.low), high: end(piece.high) })),
      };
    case 'named':
      return { ...answer, answer: within(answer.answer) };
    case 'equation':
      return { ...answer, left: change(answer.left), right: change(answer.right) };
    case 'guarded':
      return {
        ...answer,
        answer: within(answer.answer),
        conditions: answer.conditions.map((condition) => mapCondition(condition, change)),
      };
    default:
      return answer;
  }
}

export function mapCondition(
  condition: Condition,
  change: (expression: Expression) => Expression,
): Condition {
  const { relation } = condition;
  if (relation === undefined) return condition;
  return {
    ...condition,
    relation: { ...relation, left: change(relation.left), right: change(relation.right) },
  };
}
