// livekit-client's own drills: every way a session can be disturbed, at the sender and at the receiver, and the media goes on. And
// more tracks than one offer has sections for.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { dispose } from '@livekit/rtc-node';
import { enter as enterWith, startSite } from './lib/bare_page.mjs';
import { launch, stats } from './lib/chromium.mjs';
import { join, publishPicture, publishTone } from './lib/peer.mjs';
import { startServer, startProxy } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

let server;
let site;
let browser;
let hidesV1;
before(async () => {
  server = await startServer();
  hidesV1 = await startProxy(server.port, { hideV1: true });
  site = await startSite();
  browser = await launch();
});
after(async () => {
  await browser.close();
  await hidesV1.close();
  site.close();
  const { code } = await server.stop();
  await dispose();
  assert.equal(code, 0);
});

const decoded = async (page) => Math.max(0, ...(await stats(page)).filter((s) => s.direction === 'inbound' && s.kind === 'video').map((s) => s.framesDecoded));
// [scenario, does the participant keep its sid?]. After a resume that failed the client starts afresh by itself.
const scenarios = [
  ['signal-reconnect', true], ['resume-reconnect', false], ['migration', true], ['disconnect-signal-on-resume', true],
  ['disconnect-signal-on-resume-no-messages', true], ['full-reconnect', false], ['node-failure', false], ['server-leave', false], ['force-tcp', false],
];

for (const generation of ['v1', 'v0']) {
  describe(`drills, ${generation}`, () => {
    let sender;
    let receiver;
    before(async () => {
      const url = generation === 'v1' ? server.ws : hidesV1.ws;
      [sender, receiver] = [await enterWith(browser, site, url, `drill-${generation}`, 'sender'), await enterWith(browser, site, url, `drill-${generation}`, 'receiver')];
      await sender.evaluate(async () => {
        const track = await window.LivekitClient.createLocalVideoTrack({ resolution: { width: 320, height: 180, frameRate: 15 } });
        await window.room.localParticipant.publishTrack(track, { simulcast: false });
      });
      await until('video', async () => (await decoded(receiver)) > 10, 30000);
    });
    after(async () => {
      for (const page of [sender, receiver]) await page.context().close();
    });

    for (const [k, [scenario, keeps]] of scenarios.entries()) {
      // At the receiver in one generation, at the sender in the other.
      const who = k % 2 === (generation === 'v1' ? 0 : 1) ? 'receiver' : 'sender';
      test(`${scenario} at the ${who}`, async () => {
        const page = who === 'sender' ? sender : receiver;
        const sid = await page.evaluate(() => {
          window.events.length = 0;
          return window.room.localParticipant.sid;
        });
        const events = () => page.evaluate(() => window.events);
        await page.evaluate((name) => window.room.simulateScenario(name), scenario);
        await until(`${who} to be connected again`, async () =>
          (await events()).some((e) => e === 'reconnected' || e === 'signalReconnected') && (await page.evaluate(() => window.room.state)) === 'connected', 30000)
          .catch(async (error) => assert.fail(`${error.message}; events: ${await events()}`));
        assert.equal((await page.evaluate(() => window.room.localParticipant.sid)) === sid, keeps, `${who}'s participant sid`);
        const subscribed = () => receiver.evaluate(() => [...window.room.remoteParticipants.values()].map((p) => [p.identity, ...[...p.trackPublications.values()].map((t) => t.isSubscribed)]));
        await until('one subscribed track', async () => JSON.stringify(await subscribed()) === '[["sender",true]]', 20000)
          .catch(async (error) => assert.fail(`${error.message}: ${JSON.stringify(await subscribed())}`));
        const frames = await decoded(receiver);
        await until('the picture to go on', async () => {
          const now = await decoded(receiver);
          return now > frames + 10 || (now < frames && now > 10);
        }, 20000);
      });
    }
  });
}

test('more tracks than sections: one receiver, six senders with picture and sound', async () => {
  for (const url of [server.ws, hidesV1.ws]) {
    const room = url === server.ws ? 'many-v1' : 'many-v0';
    const early = await join(url, room, 'early');
    const senders = [];
    for (let k = 0; k < 6; ++k) {
      const sender = await join(url, room, `s${k}`, { autoSubscribe: false });
      senders.push({ sender, picture: await publishPicture(sender, { width: 160, height: 90, fps: 8 }), tone: await publishTone(sender, 400 + 150 * k) });
    }
    const late = await join(url, room, 'late');
    for (const [name, viewer] of Object.entries({ early, late })) {
      for (let k = 0; k < 6; ++k) {
        await until(`${name}: picture of s${k}`, () => viewer.seen.tracks.get(`s${k}/video`)?.video.frames > 5, 20000);
        await until(`${name}: the tone of s${k}, not of another`, () => viewer.seen.tracks.get(`s${k}/audio`)?.share(400 + 150 * k) > 0.7, 20000);
      }
    }
    for (const { sender, picture, tone } of senders) {
      picture.stop();
      await tone.stop();
      await sender.disconnect();
    }
    await until('all to be gone', () => early.remoteParticipants.size === 1 && late.remoteParticipants.size === 1);
    await early.disconnect();
    await late.disconnect();
  }
});
