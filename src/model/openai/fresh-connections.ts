/**
 * No connection is used again that has had nothing to do for about as long as servers keep one open (5 s by default in
 * Node and uvicorn, which vLLM and SGLang run on): a request into a connection that the server is closing is reset, and
 * nobody can tell whether it was read, so it would be an attempt that failed.
 */
import type http from 'node:http';
import type { Duplex } from 'node:stream';

export const usualRestMilliseconds = 4_000;

/** Changes this agent, and gives it back. */
export function freshConnections<Agent extends http.Agent>(
  agent: Agent,
  restMilliseconds = usualRestMilliseconds,
): Agent {
  const resting = new WeakMap<Duplex, NodeJS.Timeout>();
  // Declared without a result; a socket is kept where it says true.
  const keep = agent.keepSocketAlive.bind(agent) as (socket: Duplex) => boolean;
  const reuse = agent.reuseSocket.bind(agent);
  agent.keepSocketAlive = (socket: Duplex): boolean => {
    const isKept = keep(socket);
    if (isKept) resting.set(socket, setTimeout(() => socket.destroy(), restMilliseconds).unref());
    return isKept;
  };
  agent.reuseSocket = (socket, request) => {
    clearTimeout(resting.get(socket));
    reuse(socket, request);
  };
  return agent;
}
