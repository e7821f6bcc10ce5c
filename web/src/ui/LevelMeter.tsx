import { useCallback, useRef } from 'react'
import { t } from '@/i18n'
import { useLevel } from '@/media/level'
import css from './LevelMeter.module.css'

/** A bar that moves with the microphone. Written to directly: sixty renders a second would be waste. */
export function LevelMeter({ stream }: { stream: MediaStream | null }) {
  const bar = useRef<HTMLDivElement>(null)
  const report = useCallback((level: number) => {
    bar.current?.style.setProperty('--level', level.toFixed(3))
    bar.current?.setAttribute('aria-valuenow', String(Math.round(level * 100)))
  }, [])
  useLevel(stream, report)
  return (
    <div
      ref={bar}
      className={css.meter}
      role="meter"
      aria-label={t('devices_level')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
    >
      <span className={css.fill} />
    </div>
  )
}
