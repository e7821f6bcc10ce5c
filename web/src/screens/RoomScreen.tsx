import { lazy, Suspense, useEffect, useReducer, useRef, useState } from 'react'
import { join } from '@/api/client'
import { roomPath } from '@/app/router'
import { advance, type Flow } from '@/call/model/flow'
import type { LiveCall } from '@/call/live/live_call'
import { recall, remember } from '@/media/preferences'
import { DeviceStep } from './DeviceStep'
import { EndScreen } from './EndScreen'
import { JoiningScreen } from './JoiningScreen'
import { NameStep } from './NameStep'

// The call and its media SDK load while the visitor types a name, not before the first paint.
const loadCall = () => import('@/call/CallView')
const loadLive = () => import('@/call/live/connect')
const CallView = lazy(() => loadCall().then((module) => ({ default: module.CallView })))

function start(): Flow {
  return { phase: 'name', name: recall('name') ?? '' }
}

interface RoomScreenProps {
  room: string
  secret: string
}

/** One visit to one room, from the name to the goodbye. */
export function RoomScreen({ room, secret }: RoomScreenProps) {
  const [flow, tell] = useReducer(advance, undefined, start)
  const [call, setCall] = useState<LiveCall | null>(null)
  const joining = flow.phase === 'joining' ? flow : null
  // The joining state is one object for as long as we join: leaving it cancels, coming back starts afresh.
  const running = useRef<LiveCall | null>(null)

  useEffect(() => {
    void loadCall()
    void loadLive()
    return () => {
      void running.current?.close()
      running.current = null
    }
  }, [])

  useEffect(() => {
    if (!joining) return
    const { name, choices } = joining
    let current = true
    const enter = async () => {
      const answer = await join(room, secret, name)
      if (!current) return
      if (!answer.ok) {
        tell({ type: 'refused', reason: answer.error })
        return
      }
      const { connect } = await loadLive()
      const connected = await connect({
        admission: answer.value,
        choices,
        secret,
        name,
        onEnd: (reason) => {
          running.current = null
          tell({ type: 'call_over', reason })
        },
      })
      if (!connected.ok) {
        if (current) tell({ type: 'refused', reason: connected.reason })
        return
      }
      if (!current) {
        void connected.call.close()
        return
      }
      if (answer.value.canInvite) remember('host_link', roomPath(room, secret))
      running.current = connected.call
      setCall(connected.call)
      tell({ type: 'admitted', admission: answer.value })
    }
    enter().catch(() => {
      if (current) tell({ type: 'refused', reason: { kind: 'unreachable' } })
    })
    return () => {
      current = false
    }
  }, [joining, room, secret])

  switch (flow.phase) {
    case 'name':
      return (
        <NameStep
          room={room}
          name={flow.name}
          onNext={(name) => {
            remember('name', name)
            tell({ type: 'name_given', name })
          }}
        />
      )
    case 'devices':
      return (
        <DeviceStep
          room={room}
          name={flow.name}
          onBack={() => {
            tell({ type: 'back' })
          }}
          onJoin={(choices) => {
            tell({ type: 'join_pressed', choices })
          }}
        />
      )
    case 'joining':
      return (
        <JoiningScreen
          onCancel={() => {
            tell({ type: 'back' })
          }}
        />
      )
    case 'in_call':
      return <Suspense fallback={null}>{call && <CallView call={call} />}</Suspense>
    case 'ended':
      return (
        <EndScreen
          reason={flow.reason}
          onAgain={() => {
            tell({ type: 'again' })
          }}
        />
      )
  }
}
