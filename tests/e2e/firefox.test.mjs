// Firefox ESR: join, publish, subscribe. It brings its own offer after the join, checks as a full ICE agent, and has no RED.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import puppeteer from 'puppeteer-core';
import { startServer } from './lib/server.mjs';
import { joinCall, launch, newPage, stats } from './lib/chromium.mjs';
import { until } from './lib/wait.mjs';

let server;
let chrome;
let firefox;
before(async () => {
  server = await startServer({ toml: 'open_rooms = true\n' });
  chrome = await launch();
  firefox = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      'media.autoplay.default': 0,
      'app.update.enabled': false,
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
    },
  });
});
after(async () => {
  await firefox?.close();
  await chrome?.close();
  await server?.stop();
});

async function joinFirefox(url, name) {
  const page = await firefox.newPage();
  if (process.env.PORTICO_E2E_LOG) page.on('console', (m) => console.error('[firefox]', m.text()));
  await page.evaluateOnNewDocument(() => {
    const Native = window.RTCPeerConnection;
    window.__connections = [];
    window.RTCPeerConnection = class extends Native {
      constructor(...all) {
        super(...all);
        window.__connections.push(this);
      }
    };
  });
  await page.goto(url);
  const field = await page.waitForSelector('input');
  await field.type(name);
  await (await page.waitForSelector('::-p-text(Continue)')).click();
  await (await page.waitForSelector('button::-p-text(Join call)')).click();
  await page.waitForSelector('::-p-aria([name="Leave"])').catch(() => page.waitForSelector('button[aria-label*="eave"]'));
  return page;
}

describe('Firefox', () => {
  test('sees and hears Chromium, and is seen and heard', async () => {
    const url = `${server.http}/j/firefox`;
    const fox = await joinFirefox(url, 'Fox');
    const page = await newPage(chrome);
    await joinCall(page, url, 'Ann');
    await until('Chromium decodes Firefox', async () => {
      const all = await stats(page);
      return all.some((s) => s.direction === 'inbound' && s.kind === 'video' && s.framesDecoded > 10) &&
        all.some((s) => s.direction === 'inbound' && s.kind === 'audio' && s.packetsReceived > 20);
    }, 30000);
    await until('Firefox decodes Chromium', async () => {
      const all = await stats(fox);
      return all.some((s) => s.direction === 'inbound' && s.kind === 'video' && s.framesDecoded > 10) &&
        all.some((s) => s.direction === 'inbound' && s.kind === 'audio' && s.packetsReceived > 20);
    }, 30000);
    assert.ok((await fox.$$('video')).length >= 2);
  });
});
