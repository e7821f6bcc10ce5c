/** From people to tiles: one a person and one a shared screen, in an order that does not jump about. */
import type { Person, VideoSource } from '../model/types'

export interface Tile {
  id: string
  person: Person
  kind: 'camera' | 'screen'
  video: VideoSource | null
  isMe: boolean
  isScreen: boolean
}

/** `auto` follows shared screens; `none` is "show all the same size" after an unpin. */
export type Pin = { kind: 'auto' } | { kind: 'none' } | { kind: 'tile'; id: string }

export const cameraTile = (personId: string) => `camera:${personId}`
export const screenTile = (personId: string) => `screen:${personId}`

export function tilesOf(people: readonly Person[]): Tile[] {
  const screens = people
    .filter((person) => person.screen)
    .map((person): Tile => ({
      id: screenTile(person.id),
      person,
      kind: 'screen',
      video: person.screen,
      // My own screen is a tile like any other, never a corner.
      isMe: false,
      isScreen: true,
    }))
  const cameras = people.map((person): Tile => ({
    id: cameraTile(person.id),
    person,
    kind: 'camera',
    video: person.camera,
    isMe: person.isMe,
    isScreen: false,
  }))
  return [...screens, ...cameras]
}

/** The tile shown large: the pinned one while it exists, else the newest screen another person shares. */
export function focusOf(tiles: readonly Tile[], pin: Pin): string | null {
  if (pin.kind === 'tile' && tiles.some((tile) => tile.id === pin.id)) return pin.id
  if (pin.kind === 'none') return null
  const screens = tiles.filter((tile) => tile.kind === 'screen' && !tile.person.isMe)
  return screens.at(-1)?.id ?? null
}

/**
 * Brings the tiles that deserve a place to the front of the strip, where only `slots` fit: screens, then those who
 * spoke last, then me, then the longest present. Within the places the order stays that of joining, so that nobody
 * jumps when somebody speaks.
 */
export function stripOrder(tiles: readonly Tile[], slots: number): Tile[] {
  const ranked = [...tiles].sort(
    (a, b) =>
      Number(b.kind === 'screen') - Number(a.kind === 'screen') ||
      b.person.lastSpokeAt - a.person.lastSpokeAt ||
      Number(b.isMe) - Number(a.isMe) ||
      a.person.joinedAt - b.person.joinedAt,
  )
  const chosen = new Set(ranked.slice(0, slots))
  return [...tiles.filter((tile) => chosen.has(tile)), ...ranked.slice(slots)]
}
