/**
 * Imported for its effect, before onnxruntime: some builds of it keep a device id below the home directory and
 * queue events to send. QED sends nothing anywhere. The variable must be set in the main thread, for the library
 * reads the environment of the process, of which a worker has only a copy.
 */
process.env.ORT_DISABLE_TELEMETRY ??= '1';
