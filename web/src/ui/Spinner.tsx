import css from './Spinner.module.css'

export function Spinner({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" className={css.spinner} aria-hidden>
      <circle cx="12" cy="12" r="9" className={css.ring} />
      <path d="M21 12a9 9 0 0 0-9-9" className={css.arc} />
    </svg>
  )
}
