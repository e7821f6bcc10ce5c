import { useSyncExternalStore } from 'react'
import { recall, remember } from '@/media/preferences'

export type ThemeChoice = 'system' | 'light' | 'dark'

const listeners = new Set<() => void>()
let choice: ThemeChoice = 'system'

function prefersDark(): boolean {
  return window.matchMedia('(prefers-color-scheme: dark)').matches
}

function apply() {
  const dark = choice === 'dark' || (choice === 'system' && prefersDark())
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
}

/** Call once before the first paint: the stored choice wins over the system's. */
export function startTheme() {
  const stored = recall('theme')
  choice = stored === 'light' || stored === 'dark' ? stored : 'system'
  apply()
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply)
}

export function setTheme(next: ThemeChoice) {
  choice = next
  remember('theme', next)
  apply()
  listeners.forEach((tell) => tell())
}

export function useTheme(): ThemeChoice {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => choice,
  )
}
