/**
 * Connections of Node's own HTTP agent that cost little while they stream: all read into one buffer, and chunked bodies
 * may take the shortcut past the parser. Where Node connects by other ways, as through a proxy, they are plain ones.
 */
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { ChunkedShortcut, type TakeBytes } from './chunked-shortcut.ts';

/** What is read at once. A thousand connections that are behind read so much each before a timer has its turn. */
const READ_SIZE = 8 * 1024;
/** Read into by one connection after the other; each is done with it before the next one reads. */
const readBuffer = Buffer.allocUnsafeSlow(READ_SIZE);

const shortcuts = new WeakMap<object, ChunkedShortcut>();

/** What `net.connect` takes beyond what the types of an agent know. */
interface ReadingOptions {
  readonly onread: { readonly buffer: Uint8Array; callback(size: number): boolean };
}

export function createAgent(isSecure: boolean, options: https.AgentOptions): http.Agent {
  const agent = isSecure ? new https.Agent(options) : new http.Agent(options);
  const createConnection = agent.createConnection.bind(agent);
  agent.createConnection = (connectionOptions, callback) => {
    const shortcut = new ChunkedShortcut((bytes) => {
      // The parser may have failed at what came before. Where nobody reads yet, the stream keeps the bytes.
      return !connection.destroyed && connection.push(Buffer.from(bytes));
    });
    const onread = {
      buffer: readBuffer,
      callback: (size: number) => shortcut.push(readBuffer.subarray(0, size)),
    };
    const withReading: typeof connectionOptions & ReadingOptions = { ...connectionOptions, onread };
    // The default of an agent gives sockets, at once.
    const connection = createConnection(withReading, callback) as Socket;
    shortcuts.set(connection, shortcut);
    return connection;
  };
  return agent;
}

/**
 * Leads the body of a response that Node gives just now to the reader, if it can. False: it comes as Node gives it. A
 * reader that wants no more for now resumes the socket; a body may also go on as Node gives it in the middle.
 */
export function takeShortcut(response: http.IncomingMessage, toReader: TakeBytes): boolean {
  const { headers, httpVersion, socket } = response;
  const coding = headers['transfer-encoding']?.trim().toLowerCase();
  const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
  if (httpVersion !== '1.1' || coding !== 'chunked' || !isPlain) return false;
  return shortcuts.get(socket)?.begin(toReader) ?? false;
}
