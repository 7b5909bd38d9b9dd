/** Graders of problems of the lab, which need no model. */
export const labGraders = ['exact', 'noisy'] as const;
