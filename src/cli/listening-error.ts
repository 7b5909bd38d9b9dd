/** Why a server cannot listen, as its user can mend it. */
import { UserError } from './user-error.ts';

/** The error itself where it is another. */
export function listeningError(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EADDRINUSE: `--port ${port}: another program listens there; choose another port, or 0 for any that is free`,
    EACCES: `--port ${port}: this user may not listen there; choose one above 1023`,
    EADDRNOTAVAIL: `--host ${host}: this machine has no such address`,
    ENOTFOUND: `--host ${host}: this machine has no such address`,
  };
  const reason = reasons[code ?? ''];
  return reason === undefined ? error : new UserError(reason, { exitCode: 1 });
}
