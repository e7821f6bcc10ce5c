import { useState } from 'react'
import { t } from '@/i18n'
import { AudioSinks } from './AudioSinks'
import { CallBanner } from './CallBanner'
import { CallHeader } from './CallHeader'
import css from './CallView.module.css'
import { CallToast } from './CallToast'
import { ControlBar } from './controls/ControlBar'
import { SettingsDialog } from './dialogs/SettingsDialog'
import { ShortcutsDialog } from './dialogs/ShortcutsDialog'
import { shortcutsEnabled, useShortcuts } from './controls/shortcuts'
import type { Call } from './model/types'
import { ChatPanel } from './panels/ChatPanel'
import { PeoplePanel } from './panels/PeoplePanel'
import { Stage } from './stage/Stage'
import type { Pin } from './stage/tiles'
import { useAnnouncer } from './use_announcer'
import { useCall } from './use_call'
import { useInvite } from './use_invite'
import { usePanel } from './use_panel'

type DialogName = 'none' | 'settings' | 'shortcuts'

/** The call screen. Knows people, pictures and messages; nothing of how they travel. */
export function CallView({ call }: { call: Call }) {
  const snapshot = useCall(call)
  const { actions } = call
  const panel = usePanel(snapshot.messages)
  const [pin, setPin] = useState<Pin>({ kind: 'auto' })
  const [dialog, setDialog] = useState<DialogName>('none')
  const [keysOn, setKeysOn] = useState(shortcutsEnabled)
  const announcer = useAnnouncer(snapshot, panel.open === 'chat')
  const invite = useInvite(actions)

  useShortcuts(keysOn, {
    m: actions.toggleMic,
    v: actions.toggleCamera,
    s: actions.toggleScreen,
    c: () => {
      panel.toggle('chat')
    },
    p: () => {
      panel.toggle('people')
    },
    g: () => {
      setPin({ kind: 'none' })
    },
    '?': () => {
      setDialog('shortcuts')
    },
    Escape: panel.close,
  })

  return (
    <div className={css.call} data-panel={panel.open}>
      <CallHeader
        room={snapshot.room}
        count={snapshot.people.length}
        canInvite={snapshot.canInvite}
        onInvite={invite}
      />
      <main className={css.main} aria-label={t('call_label', { room: snapshot.room })}>
        <div className={css.middle}>
          <CallBanner
            connection={snapshot.connection}
            soundAllowed={snapshot.soundAllowed}
            onAllowSound={actions.allowSound}
          />
          <Stage
            people={snapshot.people}
            pin={pin}
            onPin={setPin}
            onMore={() => {
              panel.show('people')
            }}
            onInvite={snapshot.canInvite ? invite : null}
          />
          <CallToast notice={snapshot.notice} onDismiss={actions.notify} />
        </div>
        {panel.open === 'chat' && (
          <ChatPanel messages={snapshot.messages} onSend={actions.sendChat} onClose={panel.close} />
        )}
        {panel.open === 'people' && (
          <PeoplePanel
            people={snapshot.people}
            pin={pin}
            onPin={setPin}
            onClose={panel.close}
            onInvite={snapshot.canInvite ? invite : null}
          />
        )}
      </main>
      <ControlBar
        snapshot={snapshot}
        actions={actions}
        panel={panel}
        onInvite={snapshot.canInvite ? invite : null}
        onSettings={() => {
          setDialog('settings')
        }}
        onShortcuts={() => {
          setDialog('shortcuts')
        }}
      />
      <SettingsDialog
        open={dialog === 'settings'}
        chosen={snapshot.devices}
        onChoose={actions.chooseDevice}
        onClose={() => {
          setDialog('none')
        }}
      />
      <ShortcutsDialog
        open={dialog === 'shortcuts'}
        keysOn={keysOn}
        onKeys={setKeysOn}
        onClose={() => {
          setDialog('none')
        }}
      />
      <AudioSinks sources={snapshot.audio} />
      <div ref={announcer} className="visually-hidden" role="status" />
    </div>
  )
}
