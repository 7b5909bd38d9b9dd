/**
 * Names of onnxruntime's execution providers, apart from onnxruntime itself: a recipe is checked without loading it.
 */

/** By onnxruntime-node's names; which of them a binary has depends on the platform. */
export const executionProviders = ['cpu', 'cuda', 'tensorrt', 'webgpu', 'coreml', 'dml'] as const;
export type ExecutionProvider = (typeof executionProviders)[number];
