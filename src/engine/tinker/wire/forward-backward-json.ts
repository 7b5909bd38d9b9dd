/** Training requests and results in the older JSON form, from and to the shapes of the protobuf form. */
import type { z } from 'zod';
import type { forward, forwardBackward } from './endpoints/training-endpoints.ts';
import { type ForwardBackwardOutput, withoutPrefix } from './forward-backward-output.ts';
import type { ForwardBackwardRequest } from './forward-backward-request.ts';
import { tensorFromJson, tensorToJson, tokensFromModelInput, tokensToModelInput } from './json-tensors.ts';

export type JsonForwardBackward = z.input<typeof forwardBackward.request>;
export type JsonForward = z.input<typeof forward.request>;
type Input = z.output<typeof forwardBackward.request>['forward_backward_input'];

/** The body of `forward_backward`, or, where only log-probs are wanted, that of `forward`. */
export function forwardBackwardRequestToJson(
  request: ForwardBackwardRequest,
):
  | { readonly path: 'forward_backward'; readonly body: JsonForwardBackward }
  | { readonly path: 'forward'; readonly body: JsonForward } {
  const input = {
    loss_fn: request.lossFn,
    ...(request.lossFnConfig.size === 0 ? {} : { loss_fn_config: Object.fromEntries(request.lossFnConfig) }),
    data: request.data.map(({ tokens_N, inputs }) => ({
      model_input: tokensToModelInput(tokens_N),
      loss_fn_inputs: Object.fromEntries([...inputs].map(([name, tensor]) => [name, tensorToJson(tensor)])),
    })),
  };
  const ids = { model_id: request.modelId, seq_id: request.seqId };
  return request.forwardOnly
    ? { path: 'forward', body: { ...ids, forward_input: input } }
    : { path: 'forward_backward', body: { ...ids, forward_backward_input: input } };
}

/** Throws a WireError. A request without a number has 0. */
export function forwardBackwardRequestFromJson(
  body: z.output<typeof forwardBackward.request> | z.output<typeof forward.request>,
): ForwardBackwardRequest {
  const forwardOnly = 'forward_input' in body;
  const input: Input = forwardOnly ? body.forward_input : body.forward_backward_input;
  return {
    modelId: body.model_id,
    seqId: body.seq_id ?? 0,
    lossFn: input.loss_fn,
    lossFnConfig: new Map(Object.entries(input.loss_fn_config ?? {})),
    forwardOnly,
    data: input.data.map((datum, index) => ({
      tokens_N: tokensFromModelInput(datum.model_input, `data[${index}].model_input`),
      inputs: new Map(
        Object.entries(datum.loss_fn_inputs).map(([name, tensor]) => [
          name,
          tensorFromJson(tensor, `data[${index}].loss_fn_inputs.${name}`),
        ]),
      ),
    })),
  };
}

export function forwardBackwardOutputToJson(
  output: ForwardBackwardOutput,
): z.input<typeof forwardBackward.result> {
  return {
    loss_fn_output_type: output.lossFnOutputType,
    loss_fn_outputs: output.outputs_D.map((outputs) =>
      Object.fromEntries([...outputs].map(([name, tensor]) => [name, tensorToJson(tensor)])),
    ),
    metrics: Object.fromEntries(output.metrics),
  };
}

/** Throws a WireError. */
export function forwardBackwardOutputFromJson(
  json: z.output<typeof forwardBackward.result>,
): ForwardBackwardOutput {
  return {
    lossFnOutputType: withoutPrefix(json.loss_fn_output_type ?? ''),
    outputs_D: json.loss_fn_outputs.map(
      (outputs, index) =>
        new Map(
          Object.entries(outputs).map(([name, tensor]) => [
            name,
            tensorFromJson(tensor, `loss_fn_outputs[${index}].${name}`),
          ]),
        ),
    ),
    metrics: new Map(Object.entries(json.metrics ?? {})),
  };
}
