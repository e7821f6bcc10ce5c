import { describe, expect, it } from 'vitest'
import { parseRoute, roomPath } from './router'

describe('parseRoute', () => {
  it('knows the home page', () => {
    expect(parseRoute('/', '')).toEqual({ page: 'home' })
  })
  it('reads room and secret', () => {
    expect(parseRoute('/j/blue-door', '#s3cret')).toEqual({
      page: 'room',
      room: 'blue-door',
      secret: 's3cret',
    })
    expect(parseRoute('/j/blue-door/', '')).toEqual({ page: 'room', room: 'blue-door', secret: '' })
  })
  it('decodes names', () => {
    expect(parseRoute('/j/ward%2D3', '')).toMatchObject({ room: 'ward-3' })
  })
  it('refuses broken and hostile paths', () => {
    expect(parseRoute('/j/%E0%A4%A', '').page).toBe('not_found')
    expect(parseRoute('/j/a%2Fb', '').page).toBe('not_found')
    expect(parseRoute('/j/a%20b', '').page).toBe('not_found')
    expect(parseRoute('/j/', '').page).toBe('not_found')
    expect(parseRoute('/admin', '').page).toBe('not_found')
    expect(parseRoute(`/j/${'x'.repeat(300)}`, '').page).toBe('not_found')
  })
  it('round-trips through roomPath', () => {
    const url = new URL(roomPath('Dr.Muller_2', 'a/b#c'), 'https://x.example')
    expect(parseRoute(url.pathname, url.hash)).toEqual({
      page: 'room',
      room: 'Dr.Muller_2',
      secret: 'a/b#c',
    })
  })
})
