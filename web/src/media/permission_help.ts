/** The steps that give a site its camera and microphone back, in the words of the browser at hand. */
import type { MessageKey } from '@/i18n'

export type Browser = 'chrome' | 'edge' | 'firefox' | 'safari' | 'ios' | 'android' | 'other'

export function browserOf(userAgent: string, touchPoints: number): Browser {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios'
  // iPads call themselves Macs; Macs have no touch screen.
  if (/Macintosh/.test(userAgent) && touchPoints > 1) return 'ios'
  if (/Android/.test(userAgent)) return 'android'
  if (/Edg\//.test(userAgent)) return 'edge'
  if (/Firefox\//.test(userAgent)) return 'firefox'
  if (/Chrome\/|Chromium\//.test(userAgent)) return 'chrome'
  if (/Safari\//.test(userAgent)) return 'safari'
  return 'other'
}

const steps: Record<Browser, MessageKey[]> = {
  chrome: ['help_chrome_1', 'help_chrome_2', 'help_reload'],
  edge: ['help_edge_1', 'help_chrome_2', 'help_reload'],
  firefox: ['help_firefox_1', 'help_firefox_2', 'help_reload'],
  safari: ['help_safari_1', 'help_safari_2', 'help_reload'],
  ios: ['help_ios_1', 'help_ios_2', 'help_reload'],
  android: ['help_android_1', 'help_android_2', 'help_reload'],
  other: ['help_other_1', 'help_reload'],
}

export function permissionSteps(browser: Browser): MessageKey[] {
  return steps[browser]
}

export function thisBrowser(): Browser {
  return browserOf(navigator.userAgent, navigator.maxTouchPoints)
}
