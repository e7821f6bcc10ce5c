import { startServer } from './lib/server.mjs';
import { token } from './lib/peer.mjs';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { WrappedJoinRequest } from '@livekit/protocol';
const server = await startServer();
    const wrapped = (joinRequest, compression) => Buffer.from(new WrappedJoinRequest({ compression, joinRequest }).toBinary()).toString('base64url');
    const queries = {
      missing: '',
      empty: 'join_request=',
      'no base64': 'join_request=%25%25%25',
      'no protobuf': `join_request=${Buffer.from([0xff, 0xff, 0xff]).toString('base64url')}`,
      'no gzip': `join_request=${wrapped(randomBytes(100), 1)}`,
      'a bomb': `join_request=${wrapped(gzipSync(Buffer.alloc(64 * 1024 * 1024)), 1)}`,
    };
    for (const [what, query] of Object.entries(queries)) {
      const answer = await fetch(`${server.http}/rtc/v1/validate?${query}&access_token=${await token('r', 'x')}`);
	    console.log(what, query.length, answer.status, await answer.text());
	    }
await server.stop(); process.exit();
