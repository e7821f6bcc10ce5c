import { Keyboard, MonitorUp, Moon, Settings2, Sun, UserPlus, Users } from 'lucide-react'
import type { ReactElement } from 'react'
import { t } from '@/i18n'
import { canShareScreen } from '@/media/devices'
import { setTheme } from '@/theme/theme'
import { Menu, MenuItem, MenuSeparator } from '@/ui/Menu'
import type { CallActions, CallSnapshot } from '../model/types'
import type { Panel } from '../use_panel'

interface MoreMenuProps {
  trigger: ReactElement
  /** Narrow screens keep here what their bar has no room for. */
  narrow: boolean
  snapshot: CallSnapshot
  actions: CallActions
  panel: Panel
  onInvite: (() => void) | null
  onSettings: () => void
  onShortcuts: () => void
}

export function MoreMenu(props: MoreMenuProps) {
  const { trigger, narrow, snapshot, actions, panel, onInvite } = props
  const dark = document.documentElement.dataset.theme === 'dark'
  return (
    <Menu trigger={trigger} align="end">
      {narrow && (
        <MenuItem
          icon={<Users size={18} aria-hidden />}
          onSelect={() => {
            panel.show('people')
          }}
        >
          {t('controls_people')}
        </MenuItem>
      )}
      {narrow && canShareScreen && (
        <MenuItem icon={<MonitorUp size={18} aria-hidden />} onSelect={actions.toggleScreen}>
          {t(snapshot.me.screen ? 'controls_share_stop' : 'controls_share')}
        </MenuItem>
      )}
      {onInvite && (
        <MenuItem icon={<UserPlus size={18} aria-hidden />} onSelect={onInvite}>
          {t('call_copy')}
        </MenuItem>
      )}
      <MenuItem icon={<Settings2 size={18} aria-hidden />} onSelect={props.onSettings}>
        {t('controls_settings')}
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        icon={dark ? <Sun size={18} aria-hidden /> : <Moon size={18} aria-hidden />}
        onSelect={() => {
          setTheme(dark ? 'light' : 'dark')
        }}
      >
        {t(dark ? 'theme_use_light' : 'theme_use_dark')}
      </MenuItem>
      <MenuItem icon={<Keyboard size={18} aria-hidden />} hint="?" onSelect={props.onShortcuts}>
        {t('controls_shortcuts')}
      </MenuItem>
    </Menu>
  )
}
