/** The visit as a state machine: name -> devices -> joining -> in call -> ended, with the ways back. */
import type { Admission } from '@/api/client'
import type { EndReason } from './end_reason'

/** What was chosen at the device check. Empty ids mean the browser's default. */
export interface DeviceChoices {
  micOn: boolean
  cameraOn: boolean
  microphone: string
  camera: string
  speaker: string
}

export type Flow =
  | { phase: 'name'; name: string }
  | { phase: 'devices'; name: string }
  | { phase: 'joining'; name: string; choices: DeviceChoices }
  | { phase: 'in_call'; name: string; choices: DeviceChoices; admission: Admission }
  | { phase: 'ended'; name: string; choices: DeviceChoices | null; reason: EndReason }

export type FlowEvent =
  | { type: 'name_given'; name: string }
  | { type: 'back' }
  | { type: 'join_pressed'; choices: DeviceChoices }
  | { type: 'admitted'; admission: Admission }
  | { type: 'refused'; reason: EndReason }
  | { type: 'call_over'; reason: EndReason }
  | { type: 'again' }

const maxNameBytes = 64

/** Collapses white space and bounds the length to what the server takes, in whole characters. */
export function cleanName(name: string): string {
  const encoder = new TextEncoder()
  let kept = ''
  let bytes = 0
  for (const char of name.replace(/\s+/g, ' ').trim()) {
    bytes += encoder.encode(char).length
    if (bytes > maxNameBytes) break
    kept += char
  }
  return kept.trim()
}

/** Events that do not fit the phase (late answers, double clicks) change nothing. */
export function advance(state: Flow, event: FlowEvent): Flow {
  switch (event.type) {
    case 'name_given': {
      const name = cleanName(event.name)
      return state.phase === 'name' && name !== '' ? { phase: 'devices', name } : state
    }
    case 'back':
      if (state.phase === 'devices' || state.phase === 'joining')
        return { phase: state.phase === 'joining' ? 'devices' : 'name', name: state.name }
      return state
    case 'join_pressed':
      return state.phase === 'devices'
        ? { phase: 'joining', name: state.name, choices: event.choices }
        : state
    case 'admitted':
      return state.phase === 'joining'
        ? { ...state, phase: 'in_call', admission: event.admission }
        : state
    case 'refused':
      return state.phase === 'joining' ? endedFrom(state, event.reason) : state
    case 'call_over':
      return state.phase === 'in_call' ? endedFrom(state, event.reason) : state
    case 'again':
      return state.phase === 'ended' ? again(state) : state
  }
}

function endedFrom(state: { name: string; choices: DeviceChoices }, reason: EndReason): Flow {
  return { phase: 'ended', name: state.name, choices: state.choices, reason }
}

/** One click back: straight in with the same name and devices; to the start if there were none. */
function again(state: Extract<Flow, { phase: 'ended' }>): Flow {
  return state.choices
    ? { phase: 'joining', name: state.name, choices: state.choices }
    : { phase: 'name', name: state.name }
}
