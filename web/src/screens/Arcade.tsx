import css from './Arcade.module.css'

const arches = [
  { x: 8, tone: 'a' },
  { x: 148, tone: 'b' },
  { x: 288, tone: 'c' },
] as const

/** Three people standing in three arches: what the product is, as a picture. Decoration only. */
export function Arcade() {
  return (
    <svg viewBox="0 0 420 360" className={css.arcade} aria-hidden focusable="false">
      <path className={css.pediment} d="M0 92 210 8l210 84v20H0z" />
      <circle cx="210" cy="66" r="15" className={css.lens} />
      <circle cx="210" cy="66" r="6" className={css.pupil} />
      <rect x="0" y="112" width="420" height="14" className={css.beam} />
      {arches.map(({ x, tone }) => (
        <g key={tone} transform={`translate(${String(x)} 0)`}>
          <clipPath id={`arch-${tone}`}>
            <path d="M0 336V206a62 62 0 0 1 124 0v130z" />
          </clipPath>
          <g clipPath={`url(#arch-${tone})`}>
            <rect y="130" width="124" height="210" className={css[`ground_${tone}`]} />
            <path d="M48 246h28v40H48z" className={css[`skin_${tone}`]} />
            <path d="M14 340c0-44 20-66 48-66s48 22 48 66z" className={css[`coat_${tone}`]} />
            <circle cx="62" cy="232" r="30" className={css[`skin_${tone}`]} />
            <path d={hair[tone]} className={css[`hair_${tone}`]} />
          </g>
          <path d="M0 336V206a62 62 0 0 1 124 0v130" className={css.rim} />
        </g>
      ))}
      <rect x="0" y="336" width="420" height="16" rx="3" className={css.step} />
    </svg>
  )
}

const hair = {
  a: 'M30 236c-4-26 12-40 32-40s36 14 32 40c-6-18-16-22-32-22s-26 4-32 22z',
  b: 'M28 262c-8-44 6-68 34-68s42 24 34 68c-4-2-6-8-6-20-2-18-12-26-28-26s-26 8-28 26c0 12-2 18-6 20z',
  c: 'M32 224c2-20 16-30 34-28 18-2 30 12 27 30-6-10-20-16-34-16-12 0-22 6-27 14z',
}
