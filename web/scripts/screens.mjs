// Opens every screen in a real browser: phone and desktop, light and dark. Fails on anything axe finds, on blocked
// content (CSP), on page errors and on requests to other hosts; writes a picture of each into screens/.
//
//   node scripts/screens.mjs [filter]     CHROMIUM=/path/to/chromium  OUT=folder  SCALE=2 (phone pixels)
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { api } from './fake_api.mjs'
import { screens } from './screen_list.mjs'
import { serve } from './serve.mjs'

const here = new URL('..', import.meta.url).pathname
const out = process.env.OUT ?? join(here, 'screens')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const filter = process.argv[2] ?? ''

const sizes = {
  phone: {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: Number(process.env.SCALE ?? 2),
    hasTouch: true,
    isMobile: true,
  },
  desktop: { viewport: { width: 1280, height: 800 } },
}

const flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--use-fake-device-for-media-stream',
]

async function main() {
  mkdirSync(out, { recursive: true })
  const app = await serve(join(here, 'dist'), 'index.html', api)
  const stories = await serve(join(here, 'dist-stories'), 'stories.html', api)
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  const launch = (extra) =>
    chromium.launch({ executablePath, args: [...flags, ...extra], headless: true })
  const browser = await launch(['--use-fake-ui-for-media-stream'])
  // Without the fake permission dialog headless Chromium refuses camera and microphone.
  const refusing = await launch(['--deny-permission-prompts'])
  let failed = 0
  let passed = 0
  for (const screen of screens.filter(({ name }) => name.includes(filter)))
    for (const [size, device] of Object.entries(sizes))
      for (const colorScheme of ['light', 'dark']) {
        const origin = screen.story ? stories.origin : app.origin
        const label = `${screen.name}-${size}-${colorScheme}`
        const faults = await look(screen.refused ? refusing : browser, screen, origin, label, {
          ...device,
          colorScheme,
        })
        if (faults.length === 0) ++passed
        else {
          ++failed
          console.log(`FAIL ${label}\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
        }
      }
  await browser.close()
  await refusing.close()
  app.server.close()
  stories.server.close()
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

async function look(browser, screen, origin, label, options) {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce', locale: 'en-GB' })
  const page = await context.newPage()
  const faults = []
  page.on('pageerror', (error) => faults.push(`page error: ${error.message}`))
  page.on('console', (message) => {
    const text = message.text()
    if (/Content Security Policy|Refused to/.test(text)) faults.push(`blocked: ${text}`)
    else if (message.type() === 'error' && !screen.expectErrors) faults.push(`console: ${text}`)
  })
  page.on('request', (request) => {
    const { host, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && host !== new URL(origin).host)
      faults.push(`third party: ${request.url()}`)
  })
  try {
    await page.goto(origin + screen.path)
    await screen.go?.(page, options)
    await page.waitForTimeout(screen.settle ?? 350)
    faults.push(...(await checkPage(page)))
    await page.screenshot({ path: join(out, `${label}.png`) })
  } catch (error) {
    faults.push(`broke: ${error.message.split('\n')[0]}`)
    await page.screenshot({ path: join(out, `${label}-broken.png`) }).catch(() => undefined)
  }
  await context.close()
  return faults
}

async function checkPage(page) {
  await page.evaluate(axe)
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis
    const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const all = await axe.run(document, { runOnly, rules: { region: { enabled: false } } })
    // Menus and tooltips live outside the landmarks by design.
    const floating = { exclude: ['[data-radix-popper-content-wrapper]'] }
    const regions = await axe.run(floating, { runOnly: ['region'] })
    return [...all.violations, ...regions.violations]
  })
  const faults = violations.map(
    ({ id, help, nodes }) =>
      `axe ${id}: ${help} (${nodes.map((n) => n.target.join(' ')).join('; ')}) ${nodes[0]?.any[0]?.message ?? ''}`,
  )
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((element) => !element.closest('[aria-hidden]'))
      .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
      .map((element) => element.outerHTML.slice(0, 80)),
  )
  if (wide.length > 0) faults.push(`beyond the right edge: ${wide[0]}`)
  return faults
}

await main()
