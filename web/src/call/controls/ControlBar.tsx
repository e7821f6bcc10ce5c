import {
  EllipsisVertical,
  MessageSquare,
  Mic,
  MicOff,
  MonitorUp,
  MonitorX,
  PhoneOff,
  Users,
  Video,
  VideoOff,
} from 'lucide-react'
import { plural, t } from '@/i18n'
import { canShareScreen } from '@/media/devices'
import type { CallActions, CallSnapshot } from '../model/types'
import type { Panel } from '../use_panel'
import { useMediaQuery } from '../use_media_query'
import { ControlButton } from './ControlButton'
import css from './ControlBar.module.css'
import { DeviceMenu } from './DeviceMenu'
import { MoreMenu } from './MoreMenu'

interface ControlBarProps {
  snapshot: CallSnapshot
  actions: CallActions
  panel: Panel
  onInvite: (() => void) | null
  onSettings: () => void
  onShortcuts: () => void
}

export function ControlBar(props: ControlBarProps) {
  const { snapshot, actions, panel } = props
  const { me } = snapshot
  const narrow = useMediaQuery('(max-width: 47.5rem)')
  const chatLabel =
    panel.unread > 0 ? plural('controls_chat_unread', panel.unread) : t('controls_chat')
  return (
    <footer className={css.bar}>
      <div className={css.group} role="toolbar" aria-label={t('controls_label')}>
        <div className={css.split}>
          <ControlButton
            label={t(me.mic ? 'mic_turn_off' : 'mic_turn_on')}
            shortcut="M"
            state={me.mic ? 'on' : 'off'}
            busy={me.micBusy}
            icon={me.mic ? <Mic /> : <MicOff />}
            onClick={actions.toggleMic}
          />
          {!narrow && (
            <DeviceMenu
              label={t('controls_mic_menu')}
              kinds={['microphone', 'speaker']}
              chosen={snapshot.devices}
              onChoose={actions.chooseDevice}
            />
          )}
        </div>
        <div className={css.split}>
          <ControlButton
            label={t(me.camera ? 'camera_turn_off' : 'camera_turn_on')}
            shortcut="V"
            state={me.camera ? 'on' : 'off'}
            busy={me.cameraBusy}
            icon={me.camera ? <Video /> : <VideoOff />}
            onClick={actions.toggleCamera}
          />
          {!narrow && (
            <DeviceMenu
              label={t('controls_camera_menu')}
              kinds={['camera']}
              chosen={snapshot.devices}
              onChoose={actions.chooseDevice}
            />
          )}
        </div>
        {!narrow && canShareScreen && (
          <ControlButton
            label={t(me.screen ? 'controls_share_stop' : 'controls_share')}
            shortcut="S"
            state={me.screen ? 'active' : 'on'}
            busy={me.screenBusy}
            icon={me.screen ? <MonitorX /> : <MonitorUp />}
            onClick={actions.toggleScreen}
          />
        )}
        <ControlButton
          label={chatLabel}
          shortcut="C"
          state={panel.open === 'chat' ? 'active' : 'on'}
          badge={panel.unread}
          icon={<MessageSquare />}
          expanded={panel.open === 'chat'}
          onClick={() => {
            panel.toggle('chat')
          }}
        />
        {!narrow && (
          <ControlButton
            label={t('controls_people')}
            shortcut="P"
            state={panel.open === 'people' ? 'active' : 'on'}
            icon={<Users />}
            expanded={panel.open === 'people'}
            onClick={() => {
              panel.toggle('people')
            }}
          />
        )}
        <MoreMenu
          {...props}
          narrow={narrow}
          trigger={<ControlButton label={t('controls_more')} icon={<EllipsisVertical />} plain />}
        />
        <ControlButton
          label={t('controls_leave')}
          state="leave"
          icon={<PhoneOff />}
          text={narrow ? undefined : t('controls_leave')}
          onClick={actions.leave}
        />
      </div>
    </footer>
  )
}
