import {
  CloudOff,
  DoorClosed,
  Hand,
  KeyRound,
  Link2Off,
  MonitorSmartphone,
  RefreshCw,
  ServerCrash,
  Timer,
  UserX,
  Users,
  WifiOff,
  type LucideIcon,
} from 'lucide-react'
import { useEffect, useState } from 'react'
import { navigate } from '@/app/router'
import { wayBack, type EndReason } from '@/call/model/end_reason'
import { plural, t } from '@/i18n'
import { Button } from '@/ui/Button'
import { Page } from '@/ui/Page'
import { Message } from './Message'

const icons: Record<EndReason['kind'], LucideIcon> = {
  left: Hand,
  removed: UserX,
  room_closed: DoorClosed,
  other_window: MonitorSmartphone,
  connection_lost: WifiOff,
  media_blocked: WifiOff,
  server_restarting: RefreshCw,
  link_expired: Timer,
  link_invalid: Link2Off,
  forbidden: KeyRound,
  room_not_found: DoorClosed,
  room_full: Users,
  rate_limited: Timer,
  unreachable: CloudOff,
  server_error: ServerCrash,
}

const calm = new Set<EndReason['kind']>(['left', 'room_closed', 'other_window', 'room_full'])

interface EndScreenProps {
  reason: EndReason
  onAgain: () => void
}

/** Every way a visit can end, each with a way back. */
export function EndScreen({ reason, onAgain }: EndScreenProps) {
  const Icon = icons[reason.kind]
  const way = wayBack(reason)
  const wait = useCountdown(reason.kind === 'rate_limited' ? reason.retryAfterS : 0)
  const home = () => {
    navigate('/')
  }
  return (
    <Page centred>
      <Message
        icon={<Icon size={28} aria-hidden />}
        tone={calm.has(reason.kind) ? 'calm' : 'alarm'}
        title={t(`end_${reason.kind}`)}
        text={t(`end_${reason.kind}_text`)}
        detail={detailOf(reason, wait)}
      >
        {way !== 'home' && (
          <Button look="primary" size="lg" disabled={wait > 0} onClick={onAgain}>
            {t(way === 'rejoin' ? 'end_rejoin' : 'end_retry')}
          </Button>
        )}
        <Button look={way === 'home' ? 'primary' : 'secondary'} size="lg" onClick={home}>
          {t('end_home')}
        </Button>
      </Message>
    </Page>
  )
}

function detailOf(reason: EndReason, wait: number): string | undefined {
  if (wait > 0) return plural('end_rate_limited_wait', wait)
  if (reason.kind === 'server_error' && reason.detail !== '')
    return t('end_detail', { detail: reason.detail })
  return undefined
}

function useCountdown(seconds: number): number {
  const [left, setLeft] = useState(seconds)
  useEffect(() => {
    if (left <= 0) return
    const timer = setTimeout(() => {
      setLeft(left - 1)
    }, 1000)
    return () => {
      clearTimeout(timer)
    }
  }, [left])
  return left
}
