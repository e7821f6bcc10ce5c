import { t } from '@/i18n'
import { classes } from '@/ui/classes'
import type { Quality } from '../model/types'
import css from './QualityIcon.module.css'

const bars: Record<Quality, number> = { excellent: 3, good: 2, poor: 1, lost: 0, unknown: 0 }

/** Three bars, and the same in words for those who do not see them. */
export function QualityIcon({ quality }: { quality: Quality }) {
  const label = t(`quality_${quality}`)
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 18 18"
      role="img"
      aria-label={label}
      className={classes(css.icon, css[quality])}
    >
      <title>{label}</title>
      {[0, 1, 2].map((bar) => (
        <rect
          key={bar}
          x={1.5 + bar * 5.5}
          y={11 - bar * 4.5}
          width="4"
          height={5.5 + bar * 4.5}
          rx="1"
          className={bar < bars[quality] ? css.full : css.empty}
        />
      ))}
      {quality === 'lost' && <path d="M2 2l14 14" className={css.cross} />}
    </svg>
  )
}
