/** Single-key shortcuts. They rest while somebody types or a dialog is open, and can be switched off (WCAG 2.1.4). */
import { useEffect, useRef } from 'react'
import { recall, remember } from '@/media/preferences'

export type ShortcutMap = Record<string, () => void>

export function shortcutsEnabled(): boolean {
  return recall('shortcuts') !== 'off'
}

export function enableShortcuts(on: boolean) {
  remember('shortcuts', on ? 'on' : 'off')
}

/** The name of the shortcut an event means, or null if the key belongs to something else. */
export function shortcutOf(event: KeyboardEvent): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented)
    return null
  const target = event.target
  if (target instanceof Element && event.key !== 'Escape') {
    if (target.closest('input, textarea, select, [contenteditable], [role="menu"]')) return null
  }
  if (document.querySelector('[role="dialog"], [role="menu"]')) return null
  return event.key.length === 1 ? event.key.toLowerCase() : event.key
}

export function useShortcuts(enabled: boolean, map: ShortcutMap) {
  const latest = useRef(map)
  useEffect(() => {
    latest.current = map
  })
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const name = shortcutOf(event)
      // Escape is no single-character shortcut: it always closes the panel.
      if (name === null || (!enabled && name !== 'Escape')) return
      const action = Object.hasOwn(latest.current, name) ? latest.current[name] : undefined
      if (!action) return
      event.preventDefault()
      action()
    }
    window.addEventListener('keydown', press)
    return () => {
      window.removeEventListener('keydown', press)
    }
  }, [enabled])
}
