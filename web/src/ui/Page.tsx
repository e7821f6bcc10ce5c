import type { ReactNode } from 'react'
import { navigate } from '@/app/router'
import { t } from '@/i18n'
import { classes } from './classes'
import { Logo } from './Logo'
import css from './Page.module.css'
import { ThemeToggle } from './ThemeToggle'

interface PageProps {
  children: ReactNode
  footer?: ReactNode
  /** Puts the content in the middle of the screen. */
  centred?: boolean
}

/** The frame of every screen but the call: brand, theme, content. */
export function Page({ children, footer, centred = false }: PageProps) {
  return (
    <div className={css.page}>
      <header className={css.header}>
        <a
          href="/"
          className={css.home}
          aria-label={t('home_link')}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return
            event.preventDefault()
            navigate('/')
          }}
        >
          <Logo />
        </a>
        <ThemeToggle />
      </header>
      <main className={classes(css.main, centred && css.centred)}>{children}</main>
      {footer && <footer className={css.footer}>{footer}</footer>}
    </div>
  )
}

export function Card({ children, className }: { children: ReactNode; className?: string }) {
  return <section className={classes(css.card, className)}>{children}</section>
}
