import { describe, expect, it } from 'vitest'
import { hueOf, initialsOf } from './initials'

describe('initialsOf', () => {
  it.each([
    ['Ada King Lovelace', 'AL'],
    ['ada', 'A'],
    ['  ', '?'],
    ['李 小龙', '李小'],
    ['👩🏽 Kim', '👩K'],
  ])('%s is %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials)
  })
})

describe('hueOf', () => {
  it('is stable and in range', () => {
    for (const id of ['', 'a', 'guest-1', 'ü'.repeat(500)]) {
      expect(hueOf(id)).toBe(hueOf(id))
      expect(hueOf(id)).toBeGreaterThanOrEqual(0)
      expect(hueOf(id)).toBeLessThan(8)
    }
  })
})
