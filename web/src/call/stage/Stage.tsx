import { UserPlus } from 'lucide-react'
import { useMemo } from 'react'
import { t } from '@/i18n'
import { Button } from '@/ui/Button'
import type { Person } from '../model/types'
import { layOut, type Layout, type Rect } from './layout'
import css from './Stage.module.css'
import { focusOf, stripOrder, tilesOf, type Pin, type Tile } from './tiles'
import { TileView } from './TileView'
import { useSize } from './use_size'

interface StageProps {
  people: readonly Person[]
  pin: Pin
  onPin: (pin: Pin) => void
  onMore: () => void
  onInvite: (() => void) | null
}

/** Lays the tiles out and keeps each one's element while it moves, so that no picture flickers. */
export function Stage({ people, pin, onPin, onMore, onInvite }: StageProps) {
  const [ref, size] = useSize()
  const tiles = useMemo(() => tilesOf(people), [people])
  const focus = focusOf(tiles, pin)
  const layout = useMemo(() => arrange(tiles, focus, size), [tiles, focus, size])
  const alone = people.length === 1 && people[0]?.isMe === true && tiles.length === 1
  const scrolls = layout.contentHeight > size.height

  return (
    <div className={css.frame}>
      <div
        ref={ref}
        className={css.stage}
        data-scrolls={scrolls || undefined}
        data-mode={layout.mode}
        // A scrolling region must be reachable by keyboard.
        tabIndex={scrolls ? 0 : undefined}
        role="group"
        aria-label={t('stage_label')}
      >
        <div className={css.content} style={{ height: layout.contentHeight }}>
          {tiles.map((tile) => {
            const rect = layout.rects.get(tile.id)
            return (
              rect && (
                <TileView
                  key={tile.id}
                  tile={tile}
                  rect={rect}
                  corner={layout.mode === 'duo' && tile.isMe}
                  solo={tiles.length === 1}
                  pinned={tile.id === focus}
                  onPin={onPin}
                />
              )
            )
          })}
          {layout.more && (
            <MoreChip rect={layout.more.rect} count={layout.more.count} onClick={onMore} />
          )}
        </div>
      </div>
      {alone && (
        <div className={css.alone}>
          <h2 className={css.aloneTitle}>{t('call_alone')}</h2>
          <p>{t('call_alone_text')}</p>
          {onInvite && (
            <Button look="primary" icon={<UserPlus size={18} aria-hidden />} onClick={onInvite}>
              {t('call_copy')}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

/** In focus mode the strip may not hold all: those who spoke last get its places. */
function arrange(
  tiles: readonly Tile[],
  focus: string | null,
  size: { width: number; height: number },
): Layout {
  const first = layOut(tiles, focus, size)
  if (!first.more) return first
  const others = tiles.filter((tile) => tile.id !== focus)
  const focused = tiles.filter((tile) => tile.id === focus)
  const slots = others.length - first.more.count
  return layOut([...focused, ...stripOrder(others, slots)], focus, size)
}

function MoreChip({ rect, count, onClick }: { rect: Rect; count: number; onClick: () => void }) {
  return (
    <button
      type="button"
      className={css.more}
      aria-label={t('tile_more', { count })}
      style={{
        width: rect.width,
        height: rect.height,
        transform: `translate(${String(rect.x)}px, ${String(rect.y)}px)`,
      }}
      onClick={onClick}
    >
      +{count}
    </button>
  )
}
