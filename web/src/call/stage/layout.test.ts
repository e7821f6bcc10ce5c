import { describe, expect, it } from 'vitest'
import { layOut, type Layout, type Rect, type Stage, type TileSpec } from './layout'

const phone: Stage = { width: 374, height: 660 }
const phoneTurned: Stage = { width: 780, height: 290 }
const tablet: Stage = { width: 800, height: 900 }
const desktop: Stage = { width: 1256, height: 640 }
const wide: Stage = { width: 2500, height: 1000 }
const stages = { phone, phoneTurned, tablet, desktop, wide }

function tiles(count: number): TileSpec[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `t${String(i)}`,
    isMe: i === 0,
    isScreen: false,
  }))
}

function overlap(a: Rect, b: Rect): boolean {
  const e = 0.01
  return (
    a.x + e < b.x + b.width &&
    b.x + e < a.x + a.width &&
    a.y + e < b.y + b.height &&
    b.y + e < a.y + a.height
  )
}

function expectSane(layout: Layout, stage: Stage, mayOverlap = false) {
  const rects = [...layout.rects.values()]
  if (layout.more) rects.push(layout.more.rect)
  for (const rect of rects) {
    expect(rect.x).toBeGreaterThanOrEqual(-0.01)
    expect(rect.y).toBeGreaterThanOrEqual(-0.01)
    expect(rect.x + rect.width).toBeLessThanOrEqual(stage.width + 0.01)
    expect(rect.y + rect.height).toBeLessThanOrEqual(layout.contentHeight + 0.01)
    expect(rect.width).toBeGreaterThan(40)
    expect(rect.height).toBeGreaterThan(40)
  }
  if (mayOverlap) return
  for (let i = 0; i < rects.length; ++i)
    for (let j = i + 1; j < rects.length; ++j) {
      const [a, b] = [rects[i], rects[j]]
      if (a && b) expect(overlap(a, b)).toBe(false)
    }
}

describe.each(Object.entries(stages))('on a %s', (_, stage) => {
  it.each(Array.from({ length: 25 }, (_, i) => i + 1))('draws %d tiles, all of them', (count) => {
    const layout = layOut(tiles(count), null, stage)
    expect(layout.rects.size).toBe(count)
    expectSane(layout, stage, layout.mode === 'duo')
  })

  it.each(Array.from({ length: 25 }, (_, i) => i + 1))('focuses one of %d', (count) => {
    const layout = layOut(tiles(count), 't0', stage)
    expectSane(layout, stage)
    expect(layout.rects.size + (layout.more?.count ?? 0)).toBe(count)
    const main = layout.rects.get('t0')
    for (const [id, rect] of layout.rects)
      if (id !== 't0' && main)
        expect(rect.width * rect.height).toBeLessThan(main.width * main.height)
  })
})

describe('the grid', () => {
  it('keeps tiles between 3:4 and 16:9', () => {
    for (const stage of Object.values(stages))
      for (let count = 3; count <= 25; ++count)
        for (const rect of layOut(tiles(count), null, stage).rects.values()) {
          expect(rect.width / rect.height).toBeGreaterThan(0.74)
          expect(rect.width / rect.height).toBeLessThan(1.79)
        }
  })

  it('uses the stage well on a desktop', () => {
    for (let count = 3; count <= 25; ++count) {
      const layout = layOut(tiles(count), null, desktop)
      expect(layout.contentHeight).toBe(desktop.height)
      const area = [...layout.rects.values()].reduce((sum, r) => sum + r.width * r.height, 0)
      expect(area / (desktop.width * desktop.height)).toBeGreaterThan(0.55)
    }
  })

  it('never shrinks tiles when somebody leaves', () => {
    for (const stage of Object.values(stages)) {
      let before = 0
      for (let count = 25; count >= 3; --count) {
        const layout = layOut(tiles(count), null, stage)
        if (layout.contentHeight > stage.height) continue // scrolling ones have a size of their own
        const rect = layout.rects.get('t0')
        const score = rect ? rect.width * rect.height : 0
        expect(score).toBeGreaterThanOrEqual(before - 1)
        before = score
      }
    }
  })

  it('centres the last row', () => {
    const layout = layOut(tiles(5), null, desktop)
    const rects = [...layout.rects.values()]
    const lastY = Math.max(...rects.map((r) => r.y))
    const last = rects.filter((r) => r.y === lastY)
    const left = Math.min(...last.map((r) => r.x))
    const right = Math.max(...last.map((r) => r.x + r.width))
    expect(last).toHaveLength(2)
    expect(left).toBeCloseTo(desktop.width - right)
  })

  it('scrolls on a phone rather than shrink faces to nothing', () => {
    const layout = layOut(tiles(25), null, phone)
    expect(layout.contentHeight).toBeGreaterThan(phone.height)
    for (const rect of layout.rects.values()) expect(rect.width).toBeGreaterThanOrEqual(112)
  })
})

describe('two people', () => {
  it('gives the other the stage and me a corner', () => {
    const layout = layOut(tiles(2), null, phone)
    expect(layout.mode).toBe('duo')
    expect(layout.rects.get('t1')).toEqual({ x: 0, y: 0, ...phone })
    const me = layout.rects.get('t0')
    expect(me && me.x + me.width).toBeCloseTo(phone.width - 8)
  })
})

describe('a shared screen', () => {
  const shared = (count: number) => [{ id: 's', isMe: false, isScreen: true }, ...tiles(count)]

  it('takes no more height on a phone than it needs, and leaves the rest to the people', () => {
    const layout = layOut(shared(4), 's', phone)
    expectSane(layout, phone)
    const screen = layout.rects.get('s')
    expect(screen?.height).toBeCloseTo(phone.width / 1.6)
    expect(layout.rects.size).toBe(5)
  })

  it.each(Object.entries(stages))('counts those who do not fit on a %s', (_, stage) => {
    for (let count = 1; count <= 25; ++count) {
      const layout = layOut(shared(count), 's', stage)
      expectSane(layout, stage)
      expect(layout.rects.size + (layout.more?.count ?? 0)).toBe(count + 1)
    }
  })
})

describe('edges', () => {
  it('draws nothing without tiles or without room', () => {
    expect(layOut([], null, desktop).mode).toBe('empty')
    expect(layOut(tiles(4), null, { width: 0, height: 0 }).mode).toBe('empty')
  })
  it('ignores a focus that has gone', () => {
    expect(layOut(tiles(4), 'gone', desktop).mode).toBe('grid')
  })
})
