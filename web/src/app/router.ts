/**
 * Three places, so a router of forty lines: the address bar is the only state. A room's secret rides in the fragment,
 * which browsers never send to a server.
 */
import { useSyncExternalStore } from 'react'
import { isRoomName } from '@/link/invite'

export type Route =
  { page: 'home' } | { page: 'room'; room: string; secret: string } | { page: 'not_found' }

export function parseRoute(pathname: string, hash: string): Route {
  if (pathname === '/' || pathname === '/index.html') return { page: 'home' }
  const match = /^\/j\/([^/]+)\/?$/.exec(pathname)
  if (!match?.[1]) return { page: 'not_found' }
  const room = safeDecode(match[1])
  if (room === null || !isRoomName(room)) return { page: 'not_found' }
  return { page: 'room', room, secret: safeDecode(hash.replace(/^#/, '')) ?? '' }
}

export function roomPath(room: string, secret: string): string {
  return `/j/${encodeURIComponent(room)}${secret ? `#${encodeURIComponent(secret)}` : ''}`
}

function safeDecode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

const listeners = new Set<() => void>()
const tellAll = () => listeners.forEach((tell) => tell())

export function navigate(path: string) {
  window.history.pushState(null, '', path)
  tellAll()
  window.scrollTo(0, 0)
}

function subscribe(tell: () => void) {
  listeners.add(tell)
  window.addEventListener('popstate', tell)
  window.addEventListener('hashchange', tell)
  return () => {
    listeners.delete(tell)
    window.removeEventListener('popstate', tell)
    window.removeEventListener('hashchange', tell)
  }
}

/** The address as one string, so that React compares it cheaply; parse it with parseRoute. */
export function useAddress(): { pathname: string; hash: string } {
  const address = useSyncExternalStore(
    subscribe,
    () => window.location.pathname + window.location.hash,
  )
  const at = address.indexOf('#')
  return at < 0
    ? { pathname: address, hash: '' }
    : { pathname: address.slice(0, at), hash: address.slice(at) }
}
