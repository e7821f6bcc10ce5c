import { startServer } from './lib/server.mjs';
import { join, publishPicture, publishTone } from './lib/peer.mjs';
import { until } from './lib/wait.mjs';
for (let k = 0; k < 4; ++k) {
const s = await startServer();
  const alice = await join(s.ws, 'r', 'alice');
  const bob = await join(s.ws, 'r', 'bob');
  const tone = await publishTone(alice);
  await until('tone', () => bob.seen.tracks.get('alice/audio')?.share(1000) > 0.8);
  const t = Date.now();
  console.log(await s.stop(), Date.now() - t, s.lines.slice(-4));
  await tone.stop();
 alice.disconnect(); bob.disconnect();
}
process.exit();
