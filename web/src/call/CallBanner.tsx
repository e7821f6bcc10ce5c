import { VolumeX } from 'lucide-react'
import { t } from '@/i18n'
import { Spinner } from '@/ui/Spinner'
import css from './CallBanner.module.css'
import type { Connection } from './model/types'

interface CallBannerProps {
  connection: Connection
  soundAllowed: boolean
  onAllowSound: () => void
}

/** What needs attention now, above the stage. The live region stays so that changes are spoken. */
export function CallBanner({ connection, soundAllowed, onAllowSound }: CallBannerProps) {
  return (
    <div role="status" className={css.place}>
      {connection !== 'connected' && (
        <p className={css.banner}>
          <Spinner size={18} />
          {t(connection === 'reconnecting' ? 'call_reconnecting' : 'call_connecting')}
        </p>
      )}
      {connection === 'connected' && !soundAllowed && (
        <p className={css.banner}>
          <VolumeX size={18} aria-hidden />
          {t('call_sound_blocked')}
          <button type="button" className={css.action} onClick={onAllowSound}>
            {t('call_sound_allow')}
          </button>
        </p>
      )}
    </div>
  )
}
