import css from './Logo.module.css'

/** The mark: an arch, and somebody standing in it. */
export function LogoMark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden className={css.mark}>
      <rect width="32" height="32" rx="8" className={css.ground} />
      <path d="M7 26V15a9 9 0 0 1 18 0v11h-4V15a5 5 0 0 0-10 0v11z" className={css.arch} />
      <circle cx="16" cy="17" r="2.6" className={css.guest} />
      <path d="M12.6 26a3.4 4.2 0 0 1 6.8 0z" className={css.guest} />
    </svg>
  )
}

export function Logo() {
  return (
    <span className={css.logo}>
      <LogoMark />
      <span>Portico</span>
    </span>
  )
}
