/** Placeholder head to be replaced by the writer of results. */
export async function writeSweep(_all: unknown): Promise<void> {}
