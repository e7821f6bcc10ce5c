// What people do in a call, in real Chromium: mute, switch the camera off, share the screen, chat, lose the network.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { joinCall, launch, newPage, stats, watchVideos } from './lib/chromium.mjs';
import { isRoot, makeNamespaces } from './lib/namespaces.mjs';
import { startServer } from './lib/server.mjs';
import { writeVoice } from './lib/voice.mjs';
import { until } from './lib/wait.mjs';

const button = (page, name) => page.getByRole('toolbar').getByRole('button', { name });
const tile = (page, person, kind = 'camera') => page.locator(`figure[data-kind=${kind}]`).filter({ hasText: person });
const decoded = async (page, kind = 'video') =>
  (await stats(page)).filter((s) => s.direction === 'inbound' && s.kind === kind).reduce((sum, s) => sum + (s.framesDecoded ?? s.packetsReceived), 0);
const seesVideo = (page, frames = 10, timeout = 30000) => until('video', async () => (await decoded(page)) > frames, timeout);
async function goesOn(page, what = 'video') {
  const frames = await decoded(page);
  await until(`${what} to go on`, async () => {
    const now = await decoded(page);
    return now > frames + 15 || (now < frames && now > 15); // a full reconnect counts from zero
  }, 40000);
}

describe('in a call', () => {
  let server;
  let browser;
  let ann;
  let ben;
  const voice = path(tmpdir(), `portico-voice-${process.pid}.wav`);
  before(async () => {
    server = await startServer({ toml: 'open_rooms = true\n' });
    browser = await launch([`--use-file-for-fake-audio-capture=${writeVoice(voice)}`]);
    [ann, ben] = [await newPage(browser), await newPage(browser)];
    await joinCall(ann, `${server.http}/j/app`, 'Ann');
    await joinCall(ben, `${server.http}/j/app`, 'Ben');
    await seesVideo(ann);
    await seesVideo(ben);
  });
  after(async () => {
    await browser.close();
    rmSync(voice, { force: true });
    assert.equal((await server.stop()).code, 0);
  });

  test('the microphone off and on is seen and heard at the other side', async () => {
    const energy = async () => (await stats(ben)).filter((s) => s.direction === 'inbound' && s.kind === 'audio').reduce((sum, s) => sum + s.totalAudioEnergy, 0);
    const label = () => tile(ben, 'Ann').getAttribute('aria-label');
    await until('sound', async () => (await energy()) > 0.0001);
    await button(ann, 'Turn microphone off').click();
    await until('the mark', async () => (await label()) === 'Ann, microphone off');
    let [last, since] = [await energy(), Date.now()];
    await until('silence', async () => {
      const now = await energy();
      if (now - last > 1e-6) [last, since] = [now, Date.now()];
      return Date.now() - since > 800;
    });
    await button(ann, 'Turn microphone on').click();
    await until('the mark to go', async () => (await label()) === 'Ann');
    await until('sound again', async () => (await energy()) > last + 0.0001);
  });

  test('speaking is shown', async () => {
    await until("Ann's tile to light up", async () => (await tile(ben, 'Ann').getAttribute('data-speaking')) === 'true', 20000);
  });

  test('the camera off and on', async () => {
    const pictures = () => tile(ben, 'Ann').locator('video').count();
    assert.equal(await pictures(), 1);
    await button(ann, 'Turn camera off').click();
    await until('the picture to go', async () => (await pictures()) === 0);
    await button(ann, 'Turn camera on').click();
    await until('the picture to be back', async () => (await pictures()) === 1);
    await until('moving pictures', async () => (await watchVideos(ben)).filter((v) => v.moving && v.colours > 3).length >= 2, 20000);
  });

  test('chat, both ways, with what must not become markup', async () => {
    const log = (page) => page.getByRole('log').locator('p').allInnerTexts();
    for (const page of [ann, ben]) await button(page, /^Chat/).click();
    const texts = ['Hello Ben', '<img src=x onerror=alert(1)> & "quotes" 😀', 'x'.repeat(1500)];
    for (const [k, text] of texts.entries()) {
      const [from, to] = k % 2 ? [ben, ann] : [ann, ben];
      await from.getByLabel('Message', { exact: true }).fill(text);
      await from.keyboard.press('Enter');
      await until('the message', async () => (await log(to)).includes(text));
    }
    assert.equal(await ben.locator('[role=log] img').count(), 0);
    for (const page of [ann, ben]) await button(page, /^Chat/).click();
  });

  test('a shared screen arrives as a second picture and goes again', async () => {
    await button(ann, 'Share screen').click();
    await tile(ben, 'Ann', 'screen').waitFor({ timeout: 20000 });
    await until('the screen as a picture', async () => {
      const size = await tile(ben, 'Ann', 'screen').locator('video').evaluate((video) => [video.videoWidth, video.readyState]).catch(() => [0, 0]);
      return size[0] > 100 && size[1] >= 2;
    }, 20000);
    await button(ann, 'Stop sharing').click();
    await until('the screen to go', async () => (await tile(ben, 'Ann', 'screen').count()) === 0);
  });

  test('nothing was wrong on the pages', () => {
    assert.deepEqual([...ann.problems, ...ben.problems], []);
  });

  test('a server that crashes and comes back: everybody is back by themselves', async () => {
    await server.stop('SIGKILL', true);
    for (const page of [ann, ben]) await page.getByText('Connection lost').waitFor({ timeout: 20000 });
    server = await startServer({ toml: 'open_rooms = true\n', port: server.port, data: server.data });
    for (const page of [ann, ben]) await page.getByText('Connection lost').waitFor({ state: 'hidden', timeout: 40000 });
    for (const page of [ann, ben]) await goesOn(page);
    for (const page of [ann, ben]) assert.equal(await page.locator('figure[data-kind=camera]').count(), 2);
  });

  test('leaving', async () => {
    await button(ann, 'Leave').click();
    await until('Ann to be gone', async () => (await tile(ben, 'Ann').count()) === 0);
    await ann.getByRole('button', { name: /again|back/i }).first().waitFor();
  });
});

describe('the whole path cut', { skip: !isRoot && 'makes network namespaces: needs root' }, () => {
  let net;
  let server;
  let browser;
  const wrapper = path(tmpdir(), `chromium-cut-${process.pid}`);
  before(async () => {
    net = makeNamespaces();
    server = await startServer({ address: '10.77.0.1', toml: 'open_rooms = true\n', namespace: net.server });
    const chromium = process.env.CHROMIUM;
    process.env.CHROMIUM = net.wrapper(chromium ?? '/usr/bin/chromium', wrapper);
    browser = await launch();
    if (chromium) process.env.CHROMIUM = chromium;
    else delete process.env.CHROMIUM;
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    net?.remove();
    rmSync(wrapper, { force: true });
  });

  test('until the server has given up: a full reconnect brings the media back', async () => {
    const pages = [];
    for (const name of ['Ann', 'Ben']) {
      const page = await newPage(browser);
      await joinCall(page, `https://10.77.0.1:${server.port}/j/cut`, name);
      pages.push(page);
    }
    for (const page of pages) await seesVideo(page);
    const count = (what) => server.lines.filter((line) => line.includes(`"${what}"`)).length;
    const before = count('participant_joined');
    net.inClient('nft', 'add table inet cut; add chain inet cut out { type filter hook output priority 0; }; ' +
      'add rule inet cut out meta l4proto tcp reject with tcp reset; add rule inet cut out drop');
    for (const page of pages) await page.getByText('Connection lost').waitFor({ timeout: 20000 });
    await until('the server to give both up', () => count('participant_left') >= 2, 40000);
    net.inClient('nft', 'delete table inet cut');
    for (const page of pages) await page.getByText('Connection lost').waitFor({ state: 'hidden', timeout: 40000 });
    for (const page of pages) await goesOn(page);
    assert.ok(count('participant_joined') >= before + 2, 'they came as new participants');
    for (const page of pages) assert.equal(await page.locator('figure[data-kind=camera]').count(), 2);
  });
});
