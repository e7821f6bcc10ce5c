import { describe, expect, it } from 'vitest'
import { loudness } from './level'
import { browserOf, permissionSteps } from './permission_help'
import { mediaProblemOf } from './problem'

describe('browserOf', () => {
  const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15'
  const win = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)'
  it.each([
    [`${win} Chrome/141.0.0.0 Safari/537.36`, 0, 'chrome'],
    [`${win} Chrome/141.0.0.0 Safari/537.36 Edg/141.0`, 0, 'edge'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 0, 'firefox'],
    [`${mac} (KHTML, like Gecko) Version/18.0 Safari/605.1.15`, 0, 'safari'],
    [`${mac} (KHTML, like Gecko) Version/18.0 Safari/605.1.15`, 5, 'ios'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/141', 5, 'ios'],
    ['Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/141.0 Mobile Safari/537.36', 5, 'android'],
    ['curl/8', 0, 'other'],
  ] as const)('%s', (agent, touch, browser) => {
    expect(browserOf(agent, touch)).toBe(browser)
    expect(permissionSteps(browser).length).toBeGreaterThan(1)
  })
})

describe('mediaProblemOf', () => {
  it.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'not_found'],
    ['OverconstrainedError', 'not_found'],
    ['NotReadableError', 'in_use'],
    ['TypeError', 'unknown'],
  ] as const)('%s is %s', (name, problem) => {
    expect(mediaProblemOf(new DOMException('x', name))).toBe(problem)
  })
  it('takes anything', () => {
    expect(mediaProblemOf('boom')).toBe('unknown')
  })
})

describe('loudness', () => {
  it('is nothing for silence and full for a full wave', () => {
    expect(loudness(new Float32Array(256))).toBe(0)
    const wave = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i))
    expect(loudness(wave)).toBeGreaterThan(0.9)
    expect(loudness(wave)).toBeLessThanOrEqual(1)
  })
  it('shows quiet speech', () => {
    const quiet = Float32Array.from({ length: 256 }, (_, i) => 0.02 * Math.sin(i))
    expect(loudness(quiet)).toBeGreaterThan(0.2)
    expect(loudness(quiet)).toBeLessThan(0.6)
  })
})
