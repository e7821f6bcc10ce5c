import { Switch as Radix } from 'radix-ui'
import { useId } from 'react'
import css from './Switch.module.css'

interface SwitchProps {
  label: string
  hint?: string
  on: boolean
  onChange: (on: boolean) => void
}

export function Switch({ label, hint, on, onChange }: SwitchProps) {
  const id = useId()
  return (
    <div className={css.row}>
      <div>
        <label htmlFor={id} className={css.label}>
          {label}
        </label>
        {hint && <p className={css.hint}>{hint}</p>}
      </div>
      <Radix.Root id={id} className={css.track} checked={on} onCheckedChange={onChange}>
        <Radix.Thumb className={css.thumb} />
      </Radix.Root>
    </div>
  )
}
