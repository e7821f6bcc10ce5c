import { MicOff, Pin as PinIcon, PinOff } from 'lucide-react'
import { memo, useEffect, useRef, useState } from 'react'
import { t } from '@/i18n'
import { Avatar } from '@/ui/Avatar'
import { classes } from '@/ui/classes'
import type { VideoSource } from '../model/types'
import type { Rect } from './layout'
import { QualityIcon } from './QualityIcon'
import css from './TileView.module.css'
import type { Pin, Tile } from './tiles'

interface TileViewProps {
  tile: Tile
  rect: Rect
  /** My small picture over the other's. */
  corner: boolean
  /** Nobody else to compare with: nothing to pin. */
  solo: boolean
  pinned: boolean
  onPin: (pin: Pin) => void
}

function TileViewPlain({ tile, rect, corner, solo, pinned, onPin }: TileViewProps) {
  const { person, kind, video } = tile
  const name = tileName(tile)
  const camera = kind === 'camera'
  const small = rect.width < 150
  const togglePin = () => {
    onPin(pinned ? { kind: 'none' } : { kind: 'tile', id: tile.id })
  }
  return (
    <figure
      className={classes(
        css.tile,
        corner && css.corner,
        small && css.small,
        camera && person.speaking && css.speaking,
      )}
      data-person={person.id}
      data-kind={kind}
      data-speaking={person.speaking || undefined}
      aria-label={spokenName(tile, name)}
      style={{
        width: rect.width,
        height: rect.height,
        transform: `translate(${String(rect.x)}px, ${String(rect.y)}px)`,
      }}
      onDoubleClick={togglePin}
    >
      {video ? (
        <Picture video={video} contain={!camera} wide={rect.width > rect.height * 1.2} />
      ) : (
        <Avatar id={person.id} name={person.name} size="fill" />
      )}
      <figcaption className={css.label} aria-hidden>
        {camera && !person.micOn && <MicOff size={15} className={css.muted} />}
        <span className={css.name}>{corner ? t('chat_you') : name}</span>
      </figcaption>
      {camera && (person.quality === 'poor' || person.quality === 'lost') && (
        <span className={css.quality}>
          <QualityIcon quality={person.quality} />
        </span>
      )}
      {!corner && !solo && (
        <button
          type="button"
          className={classes(css.pin, pinned && css.pinned)}
          aria-label={t(pinned ? 'tile_unpin' : 'tile_pin', { name })}
          aria-pressed={pinned}
          onClick={togglePin}
        >
          {pinned ? <PinOff size={18} aria-hidden /> : <PinIcon size={18} aria-hidden />}
        </button>
      )}
    </figure>
  )
}

export const TileView = memo(TileViewPlain, (a, b) => {
  const [x, y] = [a.rect, b.rect]
  return (
    a.tile.person === b.tile.person &&
    a.tile.video === b.tile.video &&
    a.corner === b.corner &&
    a.solo === b.solo &&
    a.pinned === b.pinned &&
    a.onPin === b.onPin &&
    x.x === y.x &&
    x.y === y.y &&
    x.width === y.width &&
    x.height === y.height
  )
})

interface PictureProps {
  video: VideoSource
  contain: boolean
  wide: boolean
}

function Picture({ video, contain, wide }: PictureProps) {
  const element = useRef<HTMLVideoElement>(null)
  const [upright, setUpright] = useState(false)
  useEffect(() => {
    if (element.current) return video.attach(element.current)
  }, [video])
  return (
    <video
      ref={element}
      className={classes(
        css.video,
        video.mirrored && css.mirrored,
        // A phone held upright, shown in a wide tile, would lose the chin: show all of it.
        (contain || (upright && wide)) && css.contain,
      )}
      autoPlay
      playsInline
      muted
      aria-hidden
      tabIndex={-1}
      onResize={({ currentTarget: { videoWidth, videoHeight } }) => {
        setUpright(videoHeight > videoWidth * 1.1)
      }}
    />
  )
}

function tileName({ person, kind }: Tile): string {
  if (kind === 'screen')
    return person.isMe ? t('tile_your_screen') : t('tile_screen', { name: person.name })
  return person.isMe ? t('tile_you', { name: person.name }) : person.name
}

function spokenName({ person, kind }: Tile, name: string): string {
  return kind === 'camera' && !person.micOn ? `${name}, ${t('tile_muted')}` : name
}
