import { Monitor, Moon, Sun } from 'lucide-react'
import { t } from '@/i18n'
import { setTheme, useTheme, type ThemeChoice } from '@/theme/theme'
import { IconButton } from './IconButton'

const next: Record<ThemeChoice, ThemeChoice> = { system: 'light', light: 'dark', dark: 'system' }
const icons = { system: Monitor, light: Sun, dark: Moon }
const labels = { system: 'theme_system', light: 'theme_light', dark: 'theme_dark' } as const

/** Steps through system, light and dark. */
export function ThemeToggle() {
  const theme = useTheme()
  const Icon = icons[theme]
  return (
    <IconButton
      label={t(labels[theme])}
      icon={<Icon size={20} aria-hidden />}
      tooltipSide="bottom"
      onClick={() => {
        setTheme(next[theme])
      }}
    />
  )
}
