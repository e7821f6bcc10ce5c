import { Mic, MicOff, MonitorUp, Pin as PinIcon, PinOff, UserPlus } from 'lucide-react'
import { t } from '@/i18n'
import { Avatar } from '@/ui/Avatar'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'
import type { Person } from '../model/types'
import { QualityIcon } from '../stage/QualityIcon'
import { cameraTile, type Pin } from '../stage/tiles'
import { Panel } from './Panel'
import css from './PeoplePanel.module.css'

interface PeoplePanelProps {
  people: readonly Person[]
  pin: Pin
  onPin: (pin: Pin) => void
  onClose: () => void
  onInvite: (() => void) | null
}

export function PeoplePanel({ people, pin, onPin, onClose, onInvite }: PeoplePanelProps) {
  return (
    <Panel title={t('people_title', { count: people.length })} onClose={onClose}>
      <ul className={css.list} aria-label={t('call_people')}>
        {people.map((person) => (
          <Row
            key={person.id}
            person={person}
            pinned={pin.kind === 'tile' && pin.id === cameraTile(person.id)}
            onPin={onPin}
          />
        ))}
      </ul>
      {onInvite && (
        <div className={css.invite}>
          <Button wide icon={<UserPlus size={18} aria-hidden />} onClick={onInvite}>
            {t('call_copy')}
          </Button>
        </div>
      )}
    </Panel>
  )
}

interface RowProps {
  person: Person
  pinned: boolean
  onPin: (pin: Pin) => void
}

function Row({ person, pinned, onPin }: RowProps) {
  const { name } = person
  return (
    <li className={css.row}>
      <Avatar id={person.id} name={name} size="sm" />
      <span className={css.name}>{person.isMe ? t('tile_you', { name }) : name}</span>
      {person.screen && (
        <MonitorUp size={18} role="img" aria-label={t('people_sharing')} className={css.icon} />
      )}
      {person.micOn ? (
        <Mic
          size={18}
          role="img"
          aria-label={t(person.speaking ? 'tile_speaking' : 'people_mic_on')}
          className={person.speaking ? css.live : css.icon}
        />
      ) : (
        <MicOff size={18} role="img" aria-label={t('people_mic_off')} className={css.icon} />
      )}
      <QualityIcon quality={person.quality} />
      <IconButton
        size="sm"
        label={t(pinned ? 'tile_unpin' : 'tile_pin', { name })}
        aria-pressed={pinned}
        icon={pinned ? <PinOff size={18} aria-hidden /> : <PinIcon size={18} aria-hidden />}
        tooltipSide="left"
        onClick={() => {
          onPin(pinned ? { kind: 'none' } : { kind: 'tile', id: cameraTile(person.id) })
        }}
      />
    </li>
  )
}
