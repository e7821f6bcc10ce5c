import { describe, expect, it } from 'vitest'
import { en } from './en'
import { plural, t } from '.'

describe('t', () => {
  it('fills placeholders and leaves unknown ones visible', () => {
    expect(t('tile_you', { name: 'Ada' })).toBe('Ada (you)')
    expect(t('tile_you')).toBe('{name} (you)')
  })
  it('does not treat values as patterns', () => {
    expect(t('tile_you', { name: '$& {name}' })).toBe('$& {name} (you)')
  })
  it('picks plural forms', () => {
    expect(plural('people_count', 1)).toBe('1 person')
    expect(plural('people_count', 2)).toBe('2 people')
  })
})

describe('the catalogue', () => {
  it('has an _other for every _one', () => {
    for (const key of Object.keys(en).filter((k) => k.endsWith('_one')))
      expect(en).toHaveProperty(key.replace(/_one$/, '_other'))
  })
})
