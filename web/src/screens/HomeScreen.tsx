import { ArrowRight, EyeOff, Server, ShieldCheck, Video } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { About } from '@/api/client'
import { fetchAbout } from '@/api/client'
import { navigate, roomPath } from '@/app/router'
import { t } from '@/i18n'
import { newRoomName, readPasted } from '@/link/invite'
import { recall } from '@/media/preferences'
import { Button } from '@/ui/Button'
import { TextField } from '@/ui/Field'
import { Notice } from '@/ui/Notice'
import { Page } from '@/ui/Page'
import { Arcade } from './Arcade'
import css from './HomeScreen.module.css'

type Server = { state: 'asking' } | { state: 'down' } | { state: 'up'; about: About }

const facts = [
  { icon: ShieldCheck, title: 'home_fact_1', text: 'home_fact_1_text' },
  { icon: Server, title: 'home_fact_2', text: 'home_fact_2_text' },
  { icon: EyeOff, title: 'home_fact_3', text: 'home_fact_3_text' },
] as const

export function HomeScreen() {
  const [server, setServer] = useState<Server>({ state: 'asking' })
  useEffect(() => {
    let current = true
    void fetchAbout().then((answer) => {
      if (current) setServer(answer.ok ? { state: 'up', about: answer.value } : { state: 'down' })
    })
    return () => {
      current = false
    }
  }, [])

  const open = server.state === 'up' && server.about.openRooms
  return (
    <Page footer={server.state === 'up' ? <Version about={server.about} /> : null}>
      <div className={css.hero}>
        <div className={css.words}>
          <h1 className={css.title}>{t('home_title')}</h1>
          <p className={css.lead}>{t('home_lead')}</p>
          <Start open={open} known={server.state === 'up'} />
          {server.state === 'down' && <Notice tone="warn">{t('home_offline')}</Notice>}
        </div>
        <Arcade />
      </div>
      <ul className={css.facts}>
        {facts.map(({ icon: Icon, title, text }) => (
          <li key={title} className={css.fact}>
            <Icon size={22} aria-hidden className={css.factIcon} />
            <div>
              <h2 className={css.factTitle}>{t(title)}</h2>
              <p className={css.factText}>{t(text)}</p>
            </div>
          </li>
        ))}
      </ul>
    </Page>
  )
}

/** Ways in: a new room where that is allowed, the host's own room, or a link. */
function Start({ open, known }: { open: boolean; known: boolean }) {
  const [text, setText] = useState('')
  const [error, setError] = useState<string | null>(null)
  const hostLink = useHostLink()

  const submit = () => {
    const pasted = readPasted(text, window.location.origin, open)
    if (pasted.kind === 'room') navigate(roomPath(pasted.room, pasted.secret))
    else if (pasted.kind === 'other_server') setError(t('home_other', { host: pasted.host }))
    else setError(t('home_invalid', { example: `${window.location.host}/j/room#key` }))
  }

  return (
    <div className={css.start}>
      {hostLink && (
        <Button
          look="primary"
          size="lg"
          icon={<Video size={20} aria-hidden />}
          onClick={() => {
            navigate(roomPath(hostLink.room, hostLink.secret))
          }}
        >
          {t('home_back_to', { room: hostLink.room })}
        </Button>
      )}
      {open && (
        <Button
          look={hostLink ? 'secondary' : 'primary'}
          size="lg"
          icon={<Video size={20} aria-hidden />}
          onClick={() => {
            navigate(roomPath(newRoomName(), ''))
          }}
        >
          {t('home_new')}
        </Button>
      )}
      <form
        className={css.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <TextField
          label={t('home_field')}
          placeholder={t(open ? 'home_placeholder_open' : 'home_placeholder')}
          hint={known && !open && !hostLink ? t('home_need_link') : undefined}
          value={text}
          error={error}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          inputMode="url"
          onChange={(event) => {
            setText(event.target.value)
            setError(null)
          }}
        />
        <Button
          type="submit"
          size="lg"
          look={open || hostLink ? 'secondary' : 'primary'}
          icon={<ArrowRight size={20} aria-hidden />}
        >
          {t('home_go')}
        </Button>
      </form>
    </div>
  )
}

/** The room this tab has hosted before, if any. */
function useHostLink() {
  const stored = recall('host_link')
  const link = stored ? readPasted(stored, window.location.origin, false) : null
  return link?.kind === 'room' ? link : null
}

function Version({ about }: { about: About }) {
  return <p>{t('home_footer', { name: about.name, version: about.version })}</p>
}
