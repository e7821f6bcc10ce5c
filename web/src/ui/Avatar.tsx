import { classes } from './classes'
import css from './Avatar.module.css'
import { hueOf, initialsOf } from './initials'

interface AvatarProps {
  name: string
  id: string
  size: 'sm' | 'fill'
}

/** Initials on a colour that stays the same for a person. Decoration: the name stands beside it in text. */
export function Avatar({ name, id, size }: AvatarProps) {
  return (
    <span className={classes(css.avatar, css[size], css[`hue${String(hueOf(id))}`])} aria-hidden>
      {initialsOf(name)}
    </span>
  )
}
