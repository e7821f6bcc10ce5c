/**
 * Where every tile goes. Pure geometry in CSS pixels: tiles and the stage's size go in, one rectangle a tile comes
 * out. Four arrangements:
 *
 *   solo   one tile, alone                    grid   equal tiles, as large as the stage allows, last row centred
 *   duo    the other fills the stage,         focus  one tile large (pinned, or a shared screen), the others in a
 *          I am small in a corner                    strip; those that do not fit are counted on a "+N" chip
 *
 * The grid scrolls when tiles would get smaller than a face needs.
 */
export interface TileSpec {
  id: string
  isMe: boolean
  /** A shared screen: always wide, so on an upright stage it needs no more than its own height. */
  isScreen: boolean
}

export interface Rect {
  x: number
  y: number
  width: number
  height: number
}

export interface Layout {
  mode: 'empty' | 'solo' | 'duo' | 'grid' | 'focus'
  /** Tiles missing here are not drawn. */
  rects: ReadonlyMap<string, Rect>
  /** The chip that counts what did not fit the strip. */
  more: { rect: Rect; count: number } | null
  /** Height of the content; more than the stage's means that it scrolls. */
  contentHeight: number
}

export interface Stage {
  width: number
  height: number
}

const maxAspect = 16 / 9
const minAspectWide = 4 / 3
const minAspectUpright = 3 / 4
/** Below this a face is no longer readable: the grid scrolls instead. */
const minTileWidth = 112
const minTileHeight = 84

export function gapFor(stage: Stage): number {
  return stage.width < 600 ? 8 : 12
}

export function layOut(tiles: readonly TileSpec[], focus: string | null, stage: Stage): Layout {
  const first = tiles[0]
  if (!first || stage.width <= 0 || stage.height <= 0)
    return { mode: 'empty', rects: new Map(), more: null, contentHeight: stage.height }
  const focused = tiles.find((tile) => tile.id === focus)
  if (tiles.length === 1) return single(first, stage)
  if (focused) return focusLayout(focused, tiles, stage)
  const [a, b] = tiles
  if (tiles.length === 2 && a && b && a.isMe !== b.isMe)
    return a.isMe ? duoLayout(b, a, stage) : duoLayout(a, b, stage)
  return gridLayout(tiles, stage)
}

function single(tile: TileSpec, stage: Stage): Layout {
  const rect = { x: 0, y: 0, width: stage.width, height: stage.height }
  return {
    mode: 'solo',
    rects: new Map([[tile.id, rect]]),
    more: null,
    contentHeight: stage.height,
  }
}

function duoLayout(other: TileSpec, me: TileSpec, stage: Stage): Layout {
  const margin = gapFor(stage)
  const upright = stage.height > stage.width
  const width = upright ? clamp(stage.width * 0.28, 88, 160) : clamp(stage.width * 0.2, 140, 280)
  const height = upright ? (width * 4) / 3 : width / maxAspect
  const corner = {
    x: stage.width - width - margin,
    y: stage.height - height - margin,
    width,
    height,
  }
  const whole = { x: 0, y: 0, width: stage.width, height: stage.height }
  return {
    mode: 'duo',
    rects: new Map([
      [other.id, whole],
      [me.id, corner],
    ]),
    more: null,
    contentHeight: stage.height,
  }
}

function gridLayout(tiles: readonly TileSpec[], stage: Stage): Layout {
  const gap = gapFor(stage)
  const best = bestGrid(tiles.length, stage, gap)
  const grid = fits(best) ? best : scrollingGrid(tiles.length, stage, gap)
  const places = placesOf(grid, tiles.length, stage, gap)
  const rects = new Map<string, Rect>()
  tiles.forEach((tile, index) => {
    const place = places[index]
    if (place) rects.set(tile.id, place)
  })
  const total = grid.rows * grid.height + (grid.rows - 1) * gap
  return { mode: 'grid', rects, more: null, contentHeight: Math.max(stage.height, total) }
}

interface Grid {
  columns: number
  rows: number
  width: number
  height: number
}

function fits(grid: Grid): boolean {
  return grid.width >= minTileWidth && grid.height >= minTileHeight
}

/** The cells of a grid in the middle of the stage, the last row centred. */
function placesOf(grid: Grid, count: number, stage: Stage, gap: number): Rect[] {
  const total = grid.rows * grid.height + (grid.rows - 1) * gap
  const top = Math.max(0, (stage.height - total) / 2)
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / grid.columns)
    const inRow = Math.min(grid.columns, count - row * grid.columns)
    const left = (stage.width - inRow * grid.width - (inRow - 1) * gap) / 2
    return {
      x: left + (index % grid.columns) * (grid.width + gap),
      y: top + row * (grid.height + gap),
      width: grid.width,
      height: grid.height,
    }
  })
}

/** Tries every number of columns and keeps the one with the largest tiles. */
function bestGrid(count: number, stage: Stage, gap: number): Grid {
  let best: Grid = { columns: 1, rows: count, width: 0, height: 0 }
  for (let columns = 1; columns <= count; ++columns) {
    const grid = cell(columns, Math.ceil(count / columns), stage, gap)
    if (grid.width * grid.height > best.width * best.height + 1) best = grid
  }
  return best
}

/** Faces come from cameras that lie: a wide stage gets wide tiles, an upright one may have upright tiles too. */
function cell(columns: number, rows: number, stage: Stage, gap: number): Grid {
  const narrowest = stage.width > stage.height ? minAspectWide : minAspectUpright
  let width = Math.max(0, (stage.width - gap * (columns - 1)) / columns)
  let height = Math.max(0, (stage.height - gap * (rows - 1)) / rows)
  if (width > height * maxAspect) width = height * maxAspect
  if (width < height * narrowest) height = width / narrowest
  return { columns, rows, width, height }
}

function scrollingGrid(count: number, stage: Stage, gap: number): Grid {
  const columns = Math.max(1, Math.floor((stage.width + gap) / (minTileWidth + gap)))
  const width = (stage.width - gap * (columns - 1)) / columns
  const rows = Math.ceil(count / columns)
  return { columns, rows, width, height: Math.max(minTileHeight, width) }
}

function focusLayout(focused: TileSpec, tiles: readonly TileSpec[], stage: Stage): Layout {
  const gap = gapFor(stage)
  const others = tiles.filter((tile) => tile.id !== focused.id)
  const strip = stripFor(focused, others.length, stage, gap)
  const rects = new Map<string, Rect>([[focused.id, strip.main]])
  const shown = others.length <= strip.slots.length ? others.length : strip.slots.length - 1
  others.slice(0, shown).forEach((tile, index) => {
    const slot = strip.slots[index]
    if (slot) rects.set(tile.id, slot)
  })
  const chip = strip.slots[shown]
  const more = others.length > shown && chip ? { rect: chip, count: others.length - shown } : null
  return { mode: 'focus', rects, more, contentHeight: stage.height }
}

function stripFor(focused: TileSpec, count: number, stage: Stage, gap: number): Strip {
  if (stage.width > stage.height * 1.1) return sideStrip(count, stage, gap)
  return focused.isScreen ? gridBelow(count, stage, gap) : bottomStrip(count, stage, gap)
}

interface Strip {
  main: Rect
  slots: Rect[]
}

function sideStrip(count: number, stage: Stage, gap: number): Strip {
  const width = clamp(stage.width * 0.19, 132, 260)
  const height = width / maxAspect
  const slots = Math.min(count, Math.max(1, Math.floor((stage.height + gap) / (height + gap))))
  const top = (stage.height - slots * height - (slots - 1) * gap) / 2
  return {
    main: { x: 0, y: 0, width: stage.width - width - gap, height: stage.height },
    slots: Array.from({ length: slots }, (_, i) => ({
      x: stage.width - width,
      y: Math.max(0, top) + i * (height + gap),
      width,
      height,
    })),
  }
}

function bottomStrip(count: number, stage: Stage, gap: number): Strip {
  const width = clamp(stage.width * 0.3, 88, 200)
  const height = Math.min((width * 3) / 4, stage.height * 0.3)
  const slots = Math.min(count, Math.max(1, Math.floor((stage.width + gap) / (width + gap))))
  const left = (stage.width - slots * width - (slots - 1) * gap) / 2
  return {
    main: { x: 0, y: 0, width: stage.width, height: stage.height - height - gap },
    slots: Array.from({ length: slots }, (_, i) => ({
      x: Math.max(0, left) + i * (width + gap),
      y: stage.height - height,
      width,
      height,
    })),
  }
}

/** A shared screen on an upright stage: the screen on top as high as it is, the people in a grid below. */
function gridBelow(count: number, stage: Stage, gap: number): Strip {
  const height = Math.min(stage.width / 1.6, stage.height * 0.6)
  const below = { width: stage.width, height: stage.height - height - gap }
  const best = bestGrid(count, below, gap)
  const columns = Math.max(1, Math.floor((below.width + gap) / (minTileWidth + gap)))
  const rows = Math.max(1, Math.floor((below.height + gap) / (minTileHeight + gap)))
  const grid = fits(best) ? best : cell(columns, rows, below, gap)
  const slots = placesOf(grid, fits(best) ? count : columns * rows, below, gap)
  return {
    main: { x: 0, y: 0, width: stage.width, height },
    slots: slots.map((slot) => ({ ...slot, y: slot.y + height + gap })),
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
