/**
 * What this browser remembers between visits: theme, devices, shortcuts. Nothing that identifies a person or opens
 * a room is kept beyond the tab (name and host link live in sessionStorage), because clinics share computers.
 */
type Lasting = 'theme' | 'microphone' | 'camera' | 'speaker' | 'shortcuts'
type PerTab = 'name' | 'host_link'

const prefix = 'portico.'

function storeFor(key: Lasting | PerTab): Storage | null {
  try {
    return key === 'name' || key === 'host_link' ? window.sessionStorage : window.localStorage
  } catch {
    return null // storage blocked by the browser: we simply forget
  }
}

export function recall(key: Lasting | PerTab): string | null {
  try {
    return storeFor(key)?.getItem(prefix + key) ?? null
  } catch {
    return null
  }
}

export function remember(key: Lasting | PerTab, value: string) {
  try {
    storeFor(key)?.setItem(prefix + key, value)
  } catch {
    // full or blocked: not worth a word to the user
  }
}
