// The real web app in real Chromium against the real server.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { startServer } from './lib/server.mjs';
import { joinCall, launch, newPage, stats, watchVideos } from './lib/chromium.mjs';
import { until } from './lib/wait.mjs';

let server;
let browser;
before(async () => {
  server = await startServer({ toml: 'open_rooms = true\n' });
  browser = await launch();
});
after(async () => {
  await browser.close();
  const { code } = await server.stop();
  assert.equal(code, 0);
});

const url = (room) => `${server.http}/j/${room}`;

describe('a call in the web app', () => {
  test('three people see moving pictures of each other and hear each other', async () => {
    const pages = [];
    for (const name of ['Ann', 'Ben', 'Cem']) {
      const page = await newPage(browser);
      await joinCall(page, url('three'), name);
      pages.push(page);
    }
    for (const page of pages) {
      await until('two remote videos and sounds', async () => {
        const all = await stats(page);
        const flowing = (kind) => all.filter((s) => s.direction === 'inbound' && s.kind === kind && (kind === 'video' ? s.framesDecoded > 5 : s.totalAudioEnergy > 0.0001));
        return flowing('video').length >= 2 && flowing('audio').length >= 2;
      }, 30000);
      const videos = await until('three pictures on the page', async () => {
        const seen = await watchVideos(page);
        return seen.filter((v) => v.moving && v.colours > 3).length >= 3 && seen;
      }, 20000);
      assert.ok(videos.length >= 3);
      assert.deepEqual(page.problems, []);
    }
    const pair = (await stats(pages[0])).find((s) => s.direction === 'pair');
    assert.equal(pair.protocol, 'udp');
    assert.equal(pair.remote.port, server.port, 'media uses the one port');
    // Our transport-wide feedback is understood: without it libwebrtc takes its estimate from 300 to 30 kbit/s within ten seconds.
    await until('two hundred frames sent', async () =>
      (await stats(pages[0])).some((s) => s.direction === 'outbound' && s.kind === 'video' && s.framesSent >= 200), 40000);
    const uplink = (await stats(pages[0])).find((s) => s.direction === 'pair');
    assert.ok(uplink.available > 100_000, `the uplink estimate is ${uplink.available} bit/s`);
    for (const page of pages) await page.context().close();
  });

  test('media flows over TCP when UDP is closed', async () => {
    // Chromium is told to use no UDP but through a proxy, and there is none.
    const tcp = await launch(['--webrtc-ip-handling-policy=disable_non_proxied_udp']);
    const a = await newPage(tcp);
    const b = await newPage(tcp);
    await joinCall(a, url('tcp'), 'Ann');
    await joinCall(b, url('tcp'), 'Ben');
    await until('video over TCP', async () => (await stats(b)).some((s) => s.direction === 'inbound' && s.kind === 'video' && s.framesDecoded > 10), 30000);
    const pair = (await stats(b)).find((s) => s.direction === 'pair');
    assert.equal(pair.protocol, 'tcp');
    assert.equal(pair.remote.port, server.port);
    await tcp.close();
  });
});
