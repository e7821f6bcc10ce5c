import { describe, expect, it } from 'vitest'
import { advance, cleanName, type DeviceChoices, type Flow } from './flow'

const choices: DeviceChoices = {
  micOn: true,
  cameraOn: false,
  microphone: '',
  camera: '',
  speaker: '',
}
const admission = { token: 't', url: 'wss://x', room: 'r', identity: 'i', canInvite: false }
const start: Flow = { phase: 'name', name: '' }

describe('advance', () => {
  it('walks the whole visit', () => {
    let state = advance(start, { type: 'name_given', name: '  Ada   Lovelace ' })
    expect(state).toEqual({ phase: 'devices', name: 'Ada Lovelace' })
    state = advance(state, { type: 'join_pressed', choices })
    expect(state.phase).toBe('joining')
    state = advance(state, { type: 'admitted', admission })
    expect(state).toMatchObject({ phase: 'in_call', admission, choices })
    state = advance(state, { type: 'call_over', reason: { kind: 'left' } })
    expect(state).toEqual({
      phase: 'ended',
      name: 'Ada Lovelace',
      choices,
      reason: { kind: 'left' },
    })
    state = advance(state, { type: 'again' })
    expect(state).toEqual({ phase: 'joining', name: 'Ada Lovelace', choices })
  })

  it('needs a name', () => {
    expect(advance(start, { type: 'name_given', name: '   ' })).toBe(start)
  })

  it('goes back one step', () => {
    expect(advance({ phase: 'devices', name: 'A' }, { type: 'back' }).phase).toBe('name')
    expect(advance({ phase: 'joining', name: 'A', choices }, { type: 'back' }).phase).toBe(
      'devices',
    )
  })

  it('ends when refused', () => {
    const joining: Flow = { phase: 'joining', name: 'A', choices }
    expect(advance(joining, { type: 'refused', reason: { kind: 'room_full' } })).toMatchObject({
      phase: 'ended',
      reason: { kind: 'room_full' },
    })
  })

  it('ignores events that come too late', () => {
    const devices: Flow = { phase: 'devices', name: 'A' }
    expect(advance(devices, { type: 'admitted', admission })).toBe(devices)
    expect(advance(devices, { type: 'call_over', reason: { kind: 'left' } })).toBe(devices)
    const ended: Flow = { phase: 'ended', name: 'A', choices, reason: { kind: 'left' } }
    expect(advance(ended, { type: 'call_over', reason: { kind: 'removed' } })).toBe(ended)
  })
})

describe('cleanName', () => {
  it('cuts whole characters', () => {
    expect(cleanName('👩🏽'.repeat(60))).not.toContain('\ufffd')
    expect(cleanName('é'.repeat(200))).toBe('é'.repeat(32))
    expect(cleanName('x'.repeat(63) + ' y')).toBe('x'.repeat(63))
  })
})
