/** A call without a server: drawn people, working buttons. What the address says is what is shown. */
import { append } from '@/call/model/chat_log'
import type { Call, CallSnapshot, ChatMessage, Person, Quality } from '@/call/model/types'
import { fakeCamera, fakeScreen } from './portraits'

const names = [
  'Mara Lindqvist',
  'Dr. Samuel Okafor',
  'Yuki Tanaka',
  'Elena Petrova',
  'Jonas Weber',
  'Amina Diallo',
  'Tom Hughes',
  'Priya Raman',
  'Lucía Fernández',
  'Noah Bakker',
  'Chen Wei',
  'Fatima Zahra',
  'Oliver Brandt',
  'Sofia Rossi',
  'Kwame Mensah',
  'Ingrid Solberg',
  'Mateo Silva',
  'Hannah Cohen',
  'Ravi Patel',
  'Zoé Martin',
  'Anders Holm',
  'Leila Haddad',
  'Piotr Nowak',
  'Grace Kim',
  'Bartholomew Featherstonehaugh-Montgomery',
]

export interface Story {
  people: number
  sharing: boolean
  connection: CallSnapshot['connection']
  chat: boolean
  sound: boolean
}

export function storyOf(search: string): Story {
  const query = new URLSearchParams(search)
  return {
    people: Math.min(names.length, Math.max(1, Number(query.get('people') ?? 5))),
    sharing: query.has('share'),
    connection: query.has('reconnecting') ? 'reconnecting' : 'connected',
    chat: query.has('messages'),
    sound: !query.has('nosound'),
  }
}

function qualityOf(index: number): Quality {
  if (index % 11 === 4) return 'poor'
  return index % 5 === 2 ? 'good' : 'excellent'
}

function makePerson(index: number, story: Story): Person {
  const cameraOn = index % 6 !== 3
  return {
    id: `person-${String(index)}`,
    name: names[index] ?? 'Guest',
    isMe: index === 0,
    joinedAt: index,
    micOn: index % 4 !== 2,
    speaking: index === 1,
    lastSpokeAt: index === 1 ? 1 : 0,
    quality: qualityOf(index),
    camera: cameraOn ? fakeCamera(index, index === 0) : null,
    screen: story.sharing && index === 1 ? fakeScreen() : null,
  }
}

const lines: [number, string][] = [
  [1, 'Good morning Mara, can you hear me well?'],
  [0, 'Yes, loud and clear!'],
  [1, 'I have put your results here: https://clinic.example/results/4821'],
  [1, 'Have a look while Yuki joins us.'],
  [2, 'Hello both, sorry for being late.'],
  [0, 'No problem at all. I am reading it now.'],
]

function makeMessages(): ChatMessage[] {
  const start = new Date(2026, 2, 3, 9, 30).getTime()
  return lines.map(([who, text], index) => ({
    id: String(index),
    from: `person-${String(who)}`,
    fromName: names[who] ?? '',
    mine: who === 0,
    text,
    at: start + index * 40_000,
    failed: false,
  }))
}

export function makeFakeCall(story: Story): Call {
  const listeners = new Set<() => void>()
  const people = Array.from({ length: story.people }, (_, index) => makePerson(index, story))
  const myCamera = people[0]?.camera ?? null
  let current: CallSnapshot = {
    room: 'consultation-2',
    connection: story.connection,
    people,
    audio: [],
    messages: story.chat ? makeMessages() : [],
    me: {
      mic: true,
      camera: true,
      screen: false,
      micBusy: false,
      cameraBusy: false,
      screenBusy: false,
    },
    devices: { microphone: '', camera: '', speaker: '' },
    soundAllowed: story.sound,
    canInvite: true,
    notice: null,
  }
  const update = (change: Partial<CallSnapshot>) => {
    current = { ...current, ...change }
    listeners.forEach((tell) => {
      tell()
    })
  }
  const updateMe = (me: Partial<CallSnapshot['me']>, person: Partial<Person>) => {
    update({
      me: { ...current.me, ...me },
      people: current.people.map((p) => (p.isMe ? { ...p, ...person } : p)),
    })
  }
  let sent = 100
  return {
    subscribe: (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    snapshot: () => current,
    actions: {
      toggleMic: () => {
        updateMe({ mic: !current.me.mic }, { micOn: !current.me.mic })
      },
      toggleCamera: () => {
        updateMe({ camera: !current.me.camera }, { camera: current.me.camera ? null : myCamera })
      },
      toggleScreen: () => {
        updateMe(
          { screen: !current.me.screen },
          { screen: current.me.screen ? null : fakeScreen() },
        )
      },
      chooseDevice: (kind, id) => {
        update({ devices: { ...current.devices, [kind]: id } })
      },
      sendChat: (text) => {
        const message = {
          id: String(++sent),
          from: 'person-0',
          fromName: 'Mara',
          mine: true,
          text,
          at: Date.now(),
          failed: false,
        }
        update({ messages: append(current.messages, message) })
      },
      allowSound: () => {
        update({ soundAllowed: true })
      },
      inviteLink: () => Promise.resolve('https://portico.example/j/consultation-2#8fK2'),
      notify: (notice) => {
        update({ notice })
      },
      leave: () => {
        update({ people: [] })
      },
    },
  }
}
