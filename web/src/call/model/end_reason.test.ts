import { ConnectionErrorReason, DisconnectReason } from 'livekit-client'
import { describe, expect, it } from 'vitest'
import { endReasonOfConnectError, endReasonOfDisconnect, wayBack } from './end_reason'

describe('endReasonOfDisconnect', () => {
  it.each([
    [DisconnectReason.CLIENT_INITIATED, 'left'],
    [DisconnectReason.DUPLICATE_IDENTITY, 'other_window'],
    [DisconnectReason.PARTICIPANT_REMOVED, 'removed'],
    [DisconnectReason.ROOM_DELETED, 'room_closed'],
    [DisconnectReason.ROOM_CLOSED, 'room_closed'],
    [DisconnectReason.SERVER_SHUTDOWN, 'server_restarting'],
    [DisconnectReason.SIGNAL_CLOSE, 'connection_lost'],
    [DisconnectReason.STATE_MISMATCH, 'connection_lost'],
    [DisconnectReason.MEDIA_FAILURE, 'media_blocked'],
    [undefined, 'connection_lost'],
  ] as const)('%s is %s', (reason, kind) => {
    expect(endReasonOfDisconnect(reason).kind).toBe(kind)
  })
})

describe('endReasonOfConnectError', () => {
  it('reads the HTTP status first', () => {
    expect(endReasonOfConnectError(ConnectionErrorReason.NotAllowed, 401).kind).toBe('link_expired')
    expect(endReasonOfConnectError(ConnectionErrorReason.InternalError, 503).kind).toBe('room_full')
    expect(endReasonOfConnectError(undefined, 404).kind).toBe('room_not_found')
  })
  it('then the reason', () => {
    expect(endReasonOfConnectError(ConnectionErrorReason.NotAllowed, undefined).kind).toBe(
      'forbidden',
    )
    for (const reason of [ConnectionErrorReason.ServerUnreachable, ConnectionErrorReason.Timeout])
      expect(endReasonOfConnectError(reason, undefined).kind).toBe('unreachable')
  })
})

describe('wayBack', () => {
  it('never offers the same link where it cannot work', () => {
    expect(wayBack({ kind: 'link_expired' })).toBe('home')
    expect(wayBack({ kind: 'removed' })).toBe('home')
  })
  it('offers one click back otherwise', () => {
    expect(wayBack({ kind: 'left' })).toBe('rejoin')
    expect(wayBack({ kind: 'unreachable' })).toBe('retry')
  })
})
