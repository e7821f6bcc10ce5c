/** Text chat over LiveKit text streams on the topic all LiveKit clients use. Nothing is stored on a server. */
import type { Room, TextStreamReader } from 'livekit-client'
import { maxMessageLength } from '../model/chat_log'
import type { ChatMessage } from '../model/types'

export const chatTopic = 'lk.chat'

export function listen(room: Room, receive: (message: ChatMessage) => void) {
  room.registerTextStreamHandler(chatTopic, (reader, { identity }) => {
    readBounded(reader)
      .then((text) => {
        if (text.trim() === '') return
        const from = room.remoteParticipants.get(identity)
        receive({
          id: reader.info.id,
          from: identity,
          fromName: from?.name || identity,
          mine: false,
          text,
          at: Date.now(),
          failed: false,
        })
      })
      .catch(() => undefined) // the sender went away in the middle of a message
  })
}

export function stopListening(room: Room) {
  room.unregisterTextStreamHandler(chatTopic)
}

/** Reads no further than a message may be long: a hostile sender's endless stream costs nothing. */
async function readBounded(reader: TextStreamReader): Promise<string> {
  let text = ''
  for await (const chunk of reader) {
    text += chunk
    if (text.length >= maxMessageLength) break
  }
  return text.slice(0, maxMessageLength)
}

export async function send(room: Room, text: string): Promise<void> {
  await room.localParticipant.sendText(text, { topic: chatTopic })
}
