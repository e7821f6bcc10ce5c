import { describe, expect, it } from 'vitest'
import { toJoinError } from './problem'

describe('toJoinError', () => {
  it.each([
    [401, 'link_expired'],
    [403, 'forbidden'],
    [404, 'room_not_found'],
    [410, 'link_expired'],
    [502, 'unreachable'],
  ] as const)('maps status %d to %s', (status, kind) => {
    expect(toJoinError(status, null, null)).toEqual({ kind })
  })

  it('lets the problem type win over the status', () => {
    const type = 'https://portico.example/problems/room-full'
    expect(toJoinError(403, { type }, null)).toEqual({ kind: 'room_full' })
    expect(toJoinError(401, { type: 'urn:portico:problem:link-invalid' }, null)).toEqual({
      kind: 'link_invalid',
    })
    expect(toJoinError(401, { type: 'about:blank' }, null)).toEqual({ kind: 'link_expired' })
  })

  it('reads Retry-After and bounds it', () => {
    expect(toJoinError(429, null, '7')).toEqual({ kind: 'rate_limited', retryAfterS: 7 })
    expect(toJoinError(429, null, '999999')).toEqual({ kind: 'rate_limited', retryAfterS: 3600 })
    for (const odd of [null, '', 'soon', '-3'])
      expect(toJoinError(429, null, odd)).toEqual({ kind: 'rate_limited', retryAfterS: 30 })
  })

  it('keeps the detail of what it does not know', () => {
    expect(toJoinError(500, { detail: 'disk full' }, null)).toEqual({
      kind: 'server_error',
      status: 500,
      detail: 'disk full',
    })
  })
})
