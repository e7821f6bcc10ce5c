import { ChevronDown, CircleAlert } from 'lucide-react'
import { useId, type InputHTMLAttributes, type ReactNode, type Ref } from 'react'
import { classes } from './classes'
import css from './Field.module.css'

interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string
  hint?: string
  error?: string | null
  ref?: Ref<HTMLInputElement>
}

export function TextField({ label, hint, error, className, ...rest }: TextFieldProps) {
  const id = useId()
  const described = classes(hint && `${id}-hint`, error && `${id}-error`)
  return (
    <div className={classes(css.field, className)}>
      <label htmlFor={id} className={css.label}>
        {label}
      </label>
      <input
        id={id}
        className={classes(css.input, error && css.invalid)}
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
        {...rest}
      />
      {hint && (
        <p id={`${id}-hint`} className={css.hint}>
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className={css.error} role="alert">
          <CircleAlert size={16} aria-hidden />
          {error}
        </p>
      )}
    </div>
  )
}

interface SelectFieldProps {
  label: string
  icon?: ReactNode
  value: string
  options: readonly { id: string; label: string }[]
  onChange: (id: string) => void
  disabled?: boolean
}

/** The browser's own select: the best one on phones, and for assistive technology everywhere. */
export function SelectField({ label, icon, value, options, onChange, disabled }: SelectFieldProps) {
  const id = useId()
  const known = options.some((option) => option.id === value)
  return (
    <div className={css.field}>
      <label htmlFor={id} className={css.label}>
        {label}
      </label>
      <div className={css.selectBox}>
        <span className={css.selectIcon}>{icon}</span>
        <select
          id={id}
          className={css.select}
          value={known ? value : (options[0]?.id ?? '')}
          disabled={disabled}
          onChange={(event) => {
            onChange(event.target.value)
          }}
        >
          {options.map((option) => (
            <option key={option.id} value={option.id}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown className={css.chevron} size={18} aria-hidden />
      </div>
    </div>
  )
}
