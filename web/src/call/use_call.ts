import { useSyncExternalStore } from 'react'
import type { Call, CallSnapshot } from './model/types'

export function useCall(call: Call): CallSnapshot {
  return useSyncExternalStore(call.subscribe, call.snapshot)
}
