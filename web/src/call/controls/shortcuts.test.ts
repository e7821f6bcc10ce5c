// @vitest-environment jsdom
import { afterEach, describe, expect, it } from 'vitest'
import { shortcutOf } from './shortcuts'

function press(key: string, init: KeyboardEventInit = {}, target: EventTarget = document.body) {
  let name: string | null = null
  const listen = (event: Event) => {
    name = shortcutOf(event as KeyboardEvent)
  }
  window.addEventListener('keydown', listen)
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...init }))
  window.removeEventListener('keydown', listen)
  return name
}

afterEach(() => {
  document.body.replaceChildren()
})

describe('shortcutOf', () => {
  it('names single keys in lower case', () => {
    expect(press('m')).toBe('m')
    expect(press('M')).toBe('m')
    expect(press('?')).toBe('?')
  })
  it('leaves the browser its own', () => {
    expect(press('c', { ctrlKey: true })).toBeNull()
    expect(press('c', { metaKey: true })).toBeNull()
    expect(press('m', { repeat: true })).toBeNull()
  })
  it('rests while somebody types, but Escape works', () => {
    const field = document.createElement('textarea')
    document.body.append(field)
    expect(press('m', {}, field)).toBeNull()
    expect(press('Escape', {}, field)).toBe('Escape')
  })
  it('rests while a dialog is open', () => {
    const dialog = document.createElement('div')
    dialog.setAttribute('role', 'dialog')
    document.body.append(dialog)
    expect(press('m')).toBeNull()
    expect(press('Escape')).toBeNull()
  })
})
