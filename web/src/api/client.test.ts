// @vitest-environment jsdom
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLink, fetchAbout, join } from './client'

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  const fetch = vi.fn(() =>
    Promise.resolve(
      new Response(body === undefined ? 'oops' : JSON.stringify(body), { status, headers }),
    ),
  )
  vi.stubGlobal('fetch', fetch)
  return fetch
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('the client', () => {
  it('reads about', async () => {
    answer(200, { name: 'Portico', version: '0.1.0', open_rooms: true })
    expect(await fetchAbout()).toEqual({
      ok: true,
      value: { name: 'Portico', version: '0.1.0', openRooms: true },
    })
  })

  it('joins and fills in the same origin', async () => {
    const fetch = answer(200, { token: 't', url: '', room: 'r', identity: 'i', can_invite: true })
    const result = await join('r', 's', 'Ada')
    expect(result).toEqual({
      ok: true,
      value: { token: 't', url: 'ws://localhost:3000', room: 'r', identity: 'i', canInvite: true },
    })
    const [path, init] = fetch.mock.calls[0] as unknown as [string, RequestInit]
    expect(path).toBe('/api/v1/join')
    expect(JSON.parse(String(init.body))).toEqual({ room: 'r', secret: 's', name: 'Ada' })
  })

  it('maps refusals', async () => {
    answer(401, { type: '/problems/link-expired', status: 401 })
    expect(await join('r', 's', 'n')).toEqual({ ok: false, error: { kind: 'link_expired' } })
    answer(429, {}, { 'Retry-After': '12' })
    expect(await join('r', 's', 'n')).toEqual({
      ok: false,
      error: { kind: 'rate_limited', retryAfterS: 12 },
    })
  })

  it('calls a dead network unreachable', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    expect(await join('r', 's', 'n')).toEqual({ ok: false, error: { kind: 'unreachable' } })
  })

  it('does not take a page of HTML or an answer without token for success', async () => {
    answer(200, undefined)
    expect((await join('r', 's', 'n')).ok).toBe(false)
    answer(200, { room: 'r' })
    expect((await join('r', 's', 'n')).ok).toBe(false)
  })

  it('sends the room token for a new link and makes it absolute', async () => {
    const fetch = answer(200, { link: '/j/r#x' })
    expect(await createLink('tok', 'r', 3600)).toEqual({
      ok: true,
      value: 'http://localhost:3000/j/r#x',
    })
    const [, init] = fetch.mock.calls[0] as unknown as [string, RequestInit]
    expect(init.headers).toMatchObject({ Authorization: 'Bearer tok' })
  })
})
