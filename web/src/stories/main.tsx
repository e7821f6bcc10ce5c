import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { CallView } from '@/call/CallView'
import { EndScreen } from '@/screens/EndScreen'
import type { EndReason } from '@/call/model/end_reason'
import { startTheme } from '@/theme/theme'
import { TooltipProvider } from '@/ui/Tooltip'
import { makeFakeCall, storyOf } from './fake_call'
import '../theme/tokens.css'
import '../theme/base.css'

startTheme()

const reasons: EndReason[] = [
  { kind: 'left' },
  { kind: 'removed' },
  { kind: 'room_closed' },
  { kind: 'other_window' },
  { kind: 'connection_lost' },
  { kind: 'media_blocked' },
  { kind: 'server_restarting' },
  { kind: 'link_expired' },
  { kind: 'link_invalid' },
  { kind: 'forbidden' },
  { kind: 'room_not_found' },
  { kind: 'room_full' },
  { kind: 'rate_limited', retryAfterS: 20 },
  { kind: 'unreachable' },
  { kind: 'server_error', status: 500, detail: 'the disk is full' },
]

const ended = new URLSearchParams(location.search).get('ended')
const reason = reasons.find(({ kind }) => kind === ended)
const call = makeFakeCall(storyOf(location.search))

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <StrictMode>
      <TooltipProvider delayDuration={400}>
        {reason ? (
          <EndScreen reason={reason} onAgain={() => undefined} />
        ) : (
          <CallView call={call} />
        )}
      </TooltipProvider>
    </StrictMode>,
  )
