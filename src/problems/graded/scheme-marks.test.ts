import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradingSchemeSchema } from '../problem.ts';
import { checkpointKey, faultOfMarks, markedScheme, pointsOfMarks } from './scheme-marks.ts';

const point = (id: string, points: number) => ({ id, points, description: `Shows ${id}.` });
const scheme = markedScheme(
  gradingSchemeSchema.parse({
    checkpoints: [point('C1', 3), point('C2', 4)],
    alternatives: [{ name: 'by induction', checkpoints: [point('C1', 5), point('C2', 2)] }],
    deductions: [
      { points: 1, description: 'Sloppy.' },
      { points: 1, cap: 2, description: 'A gap, each.' },
    ],
    limits: [{ points: 5, description: 'Assumes what is to be shown.' }],
  }),
);
const none = { checkpoints: {}, deductions: {}, limits: [] };

test('the chain that earns most counts, and points of two chains are never added', () => {
  const checkpoints = { C1: 3, C2: 1, [checkpointKey(1, 'C1')]: 5 };
  assert.equal(pointsOfMarks(scheme, { ...none, checkpoints }), 5);
  assert.equal(pointsOfMarks(scheme, none), 0);
});

test('deductions take off up to their caps, limits hold, and nothing is below 0', () => {
  const checkpoints = { C1: 3, C2: 4 };
  assert.equal(pointsOfMarks(scheme, { ...none, checkpoints, deductions: { D1: 1, D2: 9 } }), 4);
  assert.equal(pointsOfMarks(scheme, { ...none, checkpoints, limits: ['L1'] }), 5);
  // A limit is of the proof: deductions come first.
  assert.equal(pointsOfMarks(scheme, { ...none, checkpoints, deductions: { D1: 1 }, limits: ['L1'] }), 5);
  assert.equal(pointsOfMarks(scheme, { ...none, checkpoints: { C1: 1 }, deductions: { D2: 2 } }), 0);
});

test('marks that the scheme does not have are a fault that names them', () => {
  assert.equal(faultOfMarks(scheme, { ...none, checkpoints: { C1: 3, '2/C2': 2 } }), undefined);
  assert.match(faultOfMarks(scheme, { ...none, checkpoints: { C1: 4 } }) ?? '', /C1: 4 points, where 0 to 3/);
  assert.match(faultOfMarks(scheme, { ...none, checkpoints: { C9: 1 } }) ?? '', /C9: the scheme has none/);
  assert.match(faultOfMarks(scheme, { ...none, deductions: { D1: 2 } }) ?? '', /D1: 2 points, where 0 to 1/);
  assert.match(faultOfMarks(scheme, { ...none, limits: ['L2'] }) ?? '', /L2/);
});
