import { t, type MessageKey } from '@/i18n'
import { Dialog } from '@/ui/Dialog'
import { Switch } from '@/ui/Switch'
import { enableShortcuts } from '../controls/shortcuts'
import css from './ShortcutsDialog.module.css'

const rows: readonly [string, MessageKey][] = [
  ['M', 'shortcuts_mic'],
  ['V', 'shortcuts_camera'],
  ['S', 'shortcuts_share'],
  ['C', 'shortcuts_chat'],
  ['P', 'shortcuts_people'],
  ['G', 'shortcuts_unpin'],
  ['?', 'shortcuts_help'],
  ['Esc', 'shortcuts_escape'],
]

interface ShortcutsDialogProps {
  open: boolean
  keysOn: boolean
  onKeys: (on: boolean) => void
  onClose: () => void
}

export function ShortcutsDialog({ open, keysOn, onKeys, onClose }: ShortcutsDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} title={t('shortcuts_title')}>
      <dl className={css.keys}>
        {rows.map(([key, text]) => (
          <div key={key} className={css.row}>
            <dt>
              <kbd className={css.key}>{key}</kbd>
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
      <Switch
        label={t('shortcuts_switch')}
        hint={t('shortcuts_switch_hint')}
        on={keysOn}
        onChange={(on) => {
          enableShortcuts(on)
          onKeys(on)
        }}
      />
    </Dialog>
  )
}
