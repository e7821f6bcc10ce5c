import { describe, expect, it } from 'vitest'
import type { Person, VideoSource } from '../model/types'
import { focusOf, stripOrder, tilesOf } from './tiles'

const video: VideoSource = { id: 'v', mirrored: false, attach: () => () => undefined }

function person(id: string, extra: Partial<Person> = {}): Person {
  return {
    id,
    name: id,
    isMe: false,
    joinedAt: 0,
    micOn: true,
    speaking: false,
    lastSpokeAt: 0,
    quality: 'good',
    camera: null,
    screen: null,
    ...extra,
  }
}

describe('tilesOf', () => {
  it('puts shared screens first and gives everybody a tile', () => {
    const tiles = tilesOf([person('a', { isMe: true }), person('b', { screen: video })])
    expect(tiles.map((tile) => tile.id)).toEqual(['screen:b', 'camera:a', 'camera:b'])
  })
})

describe('focusOf', () => {
  const tiles = tilesOf([
    person('me', { isMe: true, screen: video }),
    person('b', { screen: video }),
    person('c', { screen: video }),
  ])
  it('follows the newest screen of another', () => {
    expect(focusOf(tiles, { kind: 'auto' })).toBe('screen:c')
  })
  it('does not focus my own screen by itself', () => {
    const mine = tilesOf([person('me', { isMe: true, screen: video }), person('b')])
    expect(focusOf(mine, { kind: 'auto' })).toBeNull()
  })
  it('obeys the pin while its tile exists', () => {
    expect(focusOf(tiles, { kind: 'tile', id: 'camera:b' })).toBe('camera:b')
    expect(focusOf(tiles, { kind: 'tile', id: 'camera:gone' })).toBe('screen:c')
    expect(focusOf(tiles, { kind: 'none' })).toBeNull()
  })
})

describe('stripOrder', () => {
  it('brings speakers in without moving the others', () => {
    const people = ['a', 'b', 'c', 'd', 'e'].map((id, joinedAt) => person(id, { joinedAt }))
    const before = stripOrder(tilesOf(people), 3).map((tile) => tile.person.id)
    expect(before.slice(0, 3)).toEqual(['a', 'b', 'c'])
    const spoken = people.map((p) => (p.id === 'e' ? { ...p, lastSpokeAt: 99 } : p))
    const after = stripOrder(tilesOf(spoken), 3).map((tile) => tile.person.id)
    expect(after.slice(0, 3)).toEqual(['a', 'b', 'e'])
    expect([...after].sort()).toEqual(['a', 'b', 'c', 'd', 'e'])
  })
})
