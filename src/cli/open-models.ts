/** Opens the models of a command, main and by role. What keeps one from being opened is a person's to mend. */
import type { ChatModel } from '../model/chat-model.ts';
import type { ResolvedModel } from '../model/open-model.ts';
import { UserError } from './user-error.ts';

/** Who is told of retries and breakers. */
export interface Remarks {
  remark(text: string): void;
}

export interface OpenModels {
  readonly main: ChatModel;
  readonly byRole: ReadonlyMap<string, ChatModel>;
  close(): Promise<void>;
}

/** Throws a UserError, with everything closed again that was open. */
export async function openModels(
  resolved: { readonly main: ResolvedModel; readonly byRole: ReadonlyMap<string, ResolvedModel> },
  view: Remarks,
): Promise<OpenModels> {
  const open: ChatModel[] = [];
  const close = async (): Promise<void> => {
    for (const model of open.toReversed()) await model.close?.();
  };
  try {
    const main = await openModel(resolved.main, view);
    open.push(main);
    const byRole = new Map<string, ChatModel>();
    for (const [role, model] of resolved.byRole) {
      const opened = await openModel(model, view);
      open.push(opened);
      byRole.set(role, opened);
    }
    return { main, byRole, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Throws a UserError. */
export async function openModel(model: ResolvedModel, view: Remarks): Promise<ChatModel> {
  try {
    return await model.open({
      onEvent: (event) => {
        if (event.kind === 'retry') {
          const reason = event.error instanceof Error ? event.error.message : String(event.error);
          view.remark(`${reason}; trying again in ${(event.delayMilliseconds / 1000).toFixed(1)} s`);
        } else if (event.kind === 'breaker') view.remark(`${model.name}: circuit ${event.state}`);
      },
    });
  } catch (error) {
    if (
      !(error instanceof Error) ||
      !['Error', 'PresetError', 'ModelError', 'ModelSpecError'].includes(error.name)
    )
      throw error;
    const told = new UserError(error.message, { exitCode: 1 });
    told.cause = error;
    throw told;
  }
}
