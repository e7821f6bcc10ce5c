// Every codec that browsers publish reaches another browser decoded: livekit-client on a bare page in Chromium.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { enter as enterWith, startSite } from './lib/bare_page.mjs';
import { launch, newPage, stats, watchVideos } from './lib/chromium.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

let server;
let site;
let browser;
before(async () => {
  server = await startServer();
  site = await startSite();
  browser = await launch();
});
after(async () => {
  await browser.close();
  site.close();
  assert.equal((await server.stop()).code, 0);
});

const enter = (room, identity) => enterWith(browser, site, server.ws, room, identity);
const inbound = async (page) => (await stats(page)).filter((s) => s.direction === 'inbound' && s.kind === 'video');

describe('video codecs', () => {
  for (const [codec, options] of [['vp8', {}], ['h264', {}], ['vp9', { scalabilityMode: 'L1T1' }], ['vp9', {}], ['av1', { scalabilityMode: 'L1T1' }], ['av1', {}]]) {
    test(`${codec} ${JSON.stringify(options)}`, async () => {
      const room = `codec-${codec}-${options.scalabilityMode ?? 'default'}`;
      const sender = await enter(room, 'sender');
      const receiver = await enter(room, 'receiver');
      const published = await sender.evaluate(async ([videoCodec, more]) => {
        const { createLocalVideoTrack } = window.LivekitClient;
        const track = await createLocalVideoTrack({ resolution: { width: 640, height: 360, frameRate: 15 } });
        const publication = await window.room.localParticipant.publishTrack(track, { videoCodec, backupCodec: false, simulcast: videoCodec === 'vp8' || videoCodec === 'h264', ...more });
        return publication.trackSid;
      }, [codec, options]);
      const flowing = await until('decoded frames', async () => (await inbound(receiver)).find((s) => s.framesDecoded > 20), 40000);
      assert.equal(flowing.codec.toLowerCase(), `video/${codec}`);
      const [seen] = await until('a moving picture', async () => (await watchVideos(receiver)).filter((v) => v.moving && v.colours > 3), 20000);
      assert.ok(seen, 'on the page');
      const { tracks, kinds } = await receiver.evaluate(() => ({
        tracks: [...window.room.remoteParticipants.get('sender').trackPublications.values()].map((p) => ({ sid: p.trackSid, mime: p.mimeType })),
        kinds: window.subscribed,
      }));
      assert.deepEqual(tracks, [{ sid: published, mime: `video/${codec.toUpperCase()}` }]);
      assert.equal(kinds.length, 1);
      // Whoever comes late gets a key frame.
      const late = await enter(room, 'late');
      await until('frames for a latecomer', async () => (await inbound(late)).some((s) => s.framesDecoded > 10), 20000);
      for (const page of [sender, receiver, late]) await page.context().close();
    });
  }
});

test('layers in the browser: setVideoQuality and setVideoDimensions change what arrives', async () => {
  const sender = await enter('layers', 'sender');
  const receiver = await enter('layers', 'receiver');
  await sender.evaluate(async () => {
    const { createLocalVideoTrack } = window.LivekitClient;
    const track = await createLocalVideoTrack({ resolution: { width: 1280, height: 720, frameRate: 15 } });
    await window.room.localParticipant.publishTrack(track, { simulcast: true });
  });
  const height = async () => Math.max(0, ...(await inbound(receiver)).map((s) => s.frameHeight ?? 0));
  await until('video', async () => (await height()) > 0, 30000);
  const ask = (method, value) => receiver.evaluate(([name, argument]) => {
    const [publication] = window.room.remoteParticipants.get('sender').trackPublications.values();
    publication[name](argument);
  }, [method, value]);
  await ask('setVideoQuality', 0);
  await until('the low layer', async () => (await height()) === 180, 30000);
  await ask('setVideoQuality', 1);
  await until('the middle layer', async () => (await height()) === 360, 30000);
  await ask('setVideoDimensions', { width: 320, height: 180 });
  await until('the low layer again', async () => (await height()) === 180, 30000);
  await ask('setEnabled', false);
  const frames = async () => (await inbound(receiver)).reduce((sum, s) => sum + s.framesDecoded, 0);
  let [last, since] = [await frames(), Date.now()];
  await until('the picture to stop', async () => {
    const now = await frames();
    if (now !== last) [last, since] = [now, Date.now()];
    return Date.now() - since > 1000;
  });
  await ask('setEnabled', true);
  await until('the picture to go on', async () => (await frames()) > last + 10);
  for (const page of [sender, receiver]) await page.context().close();
});

test('a subscription that the publisher forbids ends on the page, and returns', async () => {
  const sender = await enter('allow', 'sender');
  const receiver = await enter('allow', 'receiver');
  await sender.evaluate(() => window.room.localParticipant.setMicrophoneEnabled(true));
  const subscribed = () => receiver.evaluate(() => [...window.room.remoteParticipants.get('sender')?.trackPublications.values() ?? []].map((p) => p.isSubscribed));
  await until('the track', async () => (await subscribed())[0] === true);
  await sender.evaluate(() => window.room.localParticipant.setTrackSubscriptionPermissions(false, []));
  await until('the track to go', async () => (await subscribed())[0] === false);
  await sender.evaluate(() => window.room.localParticipant.setTrackSubscriptionPermissions(true));
  await until('the track to be back', async () => (await subscribed())[0] === true);
  for (const page of [sender, receiver]) await page.context().close();
});
