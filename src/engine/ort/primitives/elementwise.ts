/**
 * Elementwise operations on values of one shape, and the sum of all elements: what a loss is written in. A factor
 * or bound that is the same everywhere is a scalar without a gradient, and says so in its name.
 */
import type { Graph, Value } from '../graph.ts';

export function add(g: Graph, a: Value, b: Value): Value {
  const y = g.add(a, b);
  g.record([y], [a, b], ([dy]) => [dy, dy]);
  return y;
}

export function subtract(g: Graph, a: Value, b: Value): Value {
  const y = g.sub(a, b);
  g.record([y], [a, b], ([dy]) => [dy, dy && g.negate(dy)]);
  return y;
}

export function multiply(g: Graph, a: Value, b: Value): Value {
  const y = g.mul(a, b);
  g.record([y], [a, b], ([dy]) => [dy && g.mul(dy, b), dy && g.mul(dy, a)]);
  return y;
}

/** x times a scalar that gets no gradient. */
export function scaleBy(g: Graph, x: Value, scalar: Value): Value {
  const y = g.mul(x, scalar);
  g.record([y], [x], ([dy]) => [dy && g.mul(dy, scalar)]);
  return y;
}

export function negate(g: Graph, x: Value): Value {
  const y = g.negate(x);
  g.record([y], [x], ([dy]) => [dy && g.negate(dy)]);
  return y;
}

export function exp(g: Graph, x: Value): Value {
  const y = g.op('Exp', [x]);
  g.record([y], [x], ([dy]) => [dy && g.mul(dy, y)]);
  return y;
}

/** The smaller of two; where they are equal the gradient is the first one's. */
export function minimum(g: Graph, a: Value, b: Value): Value {
  const y = g.op('Min', [a, b]);
  g.record([y], [a, b], ([dy]) => {
    if (dy === undefined) return [];
    const first = g.op('LessOrEqual', [a, b]);
    const zero = g.scalar(0);
    return [g.op('Where', [first, dy, zero]), g.op('Where', [first, zero, dy])];
  });
  return y;
}

/** x held between scalar bounds; the gradient passes inside and on the bounds. */
export function clip(g: Graph, x: Value, low: Value, high: Value): Value {
  const y = g.op('Clip', [x, low, high]);
  g.record([y], [x], ([dy]) => [dy && g.op('Where', [g.op('Equal', [x, y]), dy, g.scalar(0)])]);
  return y;
}

/** The same value, without a gradient. */
export function stopGradient(g: Graph, x: Value): Value {
  return g.op('Identity', [x]);
}

/** Σ of all elements, a scalar. */
export function sumAll(g: Graph, x: Value): Value {
  const y = g.op('ReduceSum', [x], { keepdims: 0 });
  g.record([y], [x], ([dy]) => [dy && g.op('Expand', [dy, g.op('Shape', [x])])]);
  return y;
}
