// Headless Chromium with fake devices, and the way through the web app into a call.
import { chromium } from 'playwright-core';

export const launch = (args = []) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required', ...args,
    ],
  });

// Opens a page of its own profile that keeps its RTCPeerConnections where the test can read their statistics.
export async function newPage(browser, { viewport = { width: 1280, height: 800 }, ...options } = {}) {
  const context = await browser.newContext({ viewport, ignoreHTTPSErrors: true, ...options });
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') page.problems.push(message.text());
    if (process.env.PORTICO_E2E_LOG) console.error(`[page] ${message.type()} ${message.text()}`);
  });
  await page.addInitScript(() => {
    const Native = window.RTCPeerConnection;
    window.__connections = [];
    window.RTCPeerConnection = class extends Native {
      constructor(...all) {
        super(...all);
        window.__connections.push(this);
      }
    };
  });
  return page;
}

export async function joinCall(page, url, name) {
  await page.goto(url);
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'Join call', exact: true }).click();
  await page.getByRole('button', { name: /leave/i }).first().waitFor();
}

// Statistics of everything that flows: [{kind, direction, ...}].
export function stats(page) {
  return page.evaluate(async () => {
    const out = [];
    for (const connection of window.__connections) {
      if (connection.connectionState === 'closed') continue;
      const report = await connection.getStats();
      for (const stat of report.values()) {
        if (stat.type === 'inbound-rtp' || stat.type === 'outbound-rtp') {
          const codec = report.get(stat.codecId)?.mimeType;
          out.push({ ...stat, direction: stat.type.split('-')[0], codec });
        }
        if (stat.type === 'candidate-pair' && stat.nominated && stat.state === 'succeeded') {
          out.push({ direction: 'pair', protocol: report.get(stat.localCandidateId)?.protocol, remote: report.get(stat.remoteCandidateId),
            available: stat.availableOutgoingBitrate, rtt: stat.currentRoundTripTime });
        }
      }
    }
    return out;
  });
}

// Do the pixels of each playing <video> change between two looks? Gives one entry for each: {width, height, moving, colours}.
export function watchVideos(page, gap = 700) {
  return page.evaluate(async (wait) => {
    const look = (video) => {
      const canvas = document.createElement('canvas');
      canvas.width = 64;
      canvas.height = 36;
      const context = canvas.getContext('2d');
      context.drawImage(video, 0, 0, 64, 36);
      return context.getImageData(0, 0, 64, 36).data;
    };
    const videos = [...document.querySelectorAll('video')].filter((v) => v.videoWidth > 0 && v.readyState >= 2);
    const first = videos.map(look);
    await new Promise((done) => setTimeout(done, wait));
    return videos.map((video, k) => {
      const now = look(video);
      let changed = 0;
      const colours = new Set();
      for (let p = 0; p < now.length; p += 4) {
        if (Math.abs(now[p] - first[k][p]) + Math.abs(now[p + 1] - first[k][p + 1]) > 24) changed += 1;
        colours.add((now[p] >> 5) * 64 + (now[p + 1] >> 5) * 8 + (now[p + 2] >> 5));
      }
      return { width: video.videoWidth, height: video.videoHeight, moving: changed > 3, colours: colours.size };
    });
  }, gap);
}
