import { describe, expect, it } from 'vitest'
import { isRoomName, newRoomName, readPasted } from './invite'

const here = 'https://meet.example:8443'

describe('readPasted', () => {
  it.each([
    ['https://meet.example:8443/j/ward-3#abc', 'ward-3', 'abc'],
    ['  https://meet.example:8443/j/ward-3#abc\n', 'ward-3', 'abc'],
    ['meet.example:8443/j/ward-3#abc', 'ward-3', 'abc'],
    ['/j/ward-3#abc', 'ward-3', 'abc'],
    ['j/ward-3#abc', 'ward-3', 'abc'],
    ['https://meet.example:8443/j/ward-3', 'ward-3', ''],
    ['https://meet.example:8443/j/ward%2D3/#a%2Fb', 'ward-3', 'a/b'],
  ])('reads %s', (text, room, secret) => {
    expect(readPasted(text, here, false)).toEqual({ kind: 'room', room, secret })
  })

  it('tells links of other servers apart', () => {
    expect(readPasted('https://elsewhere.example/j/x#y', here, false)).toEqual({
      kind: 'other_server',
      host: 'elsewhere.example',
    })
  })

  it.each(['', '   ', 'hello', 'https://meet.example:8443/', 'https://meet.example:8443/j/a/b'])(
    'refuses %j',
    (text) => {
      expect(readPasted(text, here, false)).toEqual({ kind: 'not_a_link' })
    },
  )

  it('refuses schemes that are not the web and broken escapes', () => {
    expect(readPasted('javascript:alert(1)', here, false).kind).toBe('not_a_link')
    expect(readPasted('/j/%E0%A4%A', here, false).kind).toBe('not_a_link')
    expect(readPasted('/j/x#%E0%A4%A', here, false).kind).toBe('not_a_link')
  })

  it('takes a bare name only where rooms are open', () => {
    expect(readPasted('ward-3', here, true)).toEqual({ kind: 'room', room: 'ward-3', secret: '' })
    expect(readPasted('Dr Müller, 2nd floor', here, true)).toMatchObject({
      room: 'Dr-Muller-2nd-floor',
    })
    for (const text of ['what/ever', '李小龙', 'javascript:alert(1)', '...#'])
      expect(readPasted(text, here, true).kind).toBe('not_a_link')
  })
})

describe('room names', () => {
  it('bounds length and characters', () => {
    expect(isRoomName('a')).toBe(true)
    expect(isRoomName('x'.repeat(129))).toBe(false)
    for (const bad of ['', 'a b', 'a/b', 'ü', 'a\u0000b']) expect(isRoomName(bad)).toBe(false)
  })
  it('makes readable fresh ones', () => {
    const names = new Set(Array.from({ length: 200 }, newRoomName))
    expect(names.size).toBe(200)
    for (const name of names) expect(name).toMatch(/^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/)
  })
})
