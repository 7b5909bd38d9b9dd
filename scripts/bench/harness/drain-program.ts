/** A program: makes the calls over bare sockets and reads the answers without looking at them: the physical limit. */
import { connect } from 'node:net';
import { type Load, runLoad } from './load.ts';

const load = JSON.parse(process.argv[2] ?? '') as Load;
const body = JSON.stringify({
  ...{ model: 'load', messages: [{ role: 'user', content: 'go' }], stream: true, max_tokens: load.tokens },
});
const request = `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
/** One for all sockets: nothing that was read is kept. */
const buffer = Buffer.alloc(64 * 1024);

function drain(): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const callback = (size: number): boolean => {
      bytes += size;
      return true;
    };
    const address = { port: load.port, host: '127.0.0.1', onread: { buffer, callback } };
    const socket = connect(address, () => socket.write(request));
    socket.on('end', () => resolve(bytes));
    socket.on('error', reject);
  });
}

console.log(JSON.stringify(await runLoad(load, drain)));
