/** Drawn people who move a little, as video sources: so that the call screen can be looked at without a server. */
import type { VideoSource } from '@/call/model/types'

interface Look {
  room: [string, string]
  skin: string
  hair: string
  coat: string
  style: number
}

const rooms: [string, string][] = [
  ['#d9c7ae', '#b89c7a'],
  ['#a9c4c0', '#7fa29d'],
  ['#b9b4cf', '#8f88ad'],
  ['#c9d3b4', '#9daa82'],
  ['#d6b8b0', '#b08c82'],
  ['#aabfd6', '#7d97b3'],
]
const skins = ['#f1c9a5', '#8d5a3c', '#d9a074', '#c68642', '#5c3a28', '#ffdbc0']
const hairs = ['#2b1d16', '#6b3a1f', '#8f9391', '#111317', '#a8672e', '#d8b46a']
const coats = ['#ffffff', '#0b6e66', '#2f5fa8', '#8a3d5c', '#39424e', '#c2743a']

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T
}

function lookOf(index: number): Look {
  return {
    room: pick(rooms, index * 5 + 1),
    skin: pick(skins, index * 7 + (index >> 2)),
    hair: pick(hairs, index * 3 + (index >> 1)),
    coat: pick(coats, index),
    style: index % 4,
  }
}

function drawHair(g: CanvasRenderingContext2D, look: Look) {
  g.fillStyle = look.hair
  g.beginPath()
  if (look.style === 0) g.ellipse(0, -14, 58, 66, 0, Math.PI, 0)
  else if (look.style === 1) g.roundRect(-62, -84, 124, 190, 58)
  else if (look.style === 2) g.ellipse(0, -30, 56, 52, 0, Math.PI * 0.95, Math.PI * 0.05)
  else g.ellipse(0, -34, 66, 58, 0, 0, Math.PI * 2)
  g.fill()
}

function drawPerson(canvas: HTMLCanvasElement, look: Look, time: number, phase: number) {
  const g = canvas.getContext('2d')
  if (!g) return
  const { width: w, height: h } = canvas
  // Flat colours: pictures of the stories stay small.
  g.fillStyle = look.room[0]
  g.fillRect(0, 0, w, h)
  g.fillStyle = look.room[1]
  g.fillRect(0, h * 0.66, w, h * 0.34)
  g.fillStyle = 'rgb(255 255 255 / 28%)'
  g.fillRect(w * 0.07, h * 0.1, w * 0.2, h * 0.36)
  g.fillStyle = 'rgb(0 0 0 / 10%)'
  g.fillRect(w * 0.74, h * 0.3, w * 0.2, h * 0.025)
  g.fillRect(w * 0.76, h * 0.18, w * 0.03, h * 0.12)
  g.fillRect(w * 0.8, h * 0.2, w * 0.025, h * 0.1)
  g.save()
  const sway = Math.sin(time / 900 + phase) * w * 0.008
  g.translate(w / 2 + sway, h * 0.47)
  g.scale(h / 330, h / 330)
  if (look.style === 1) drawHair(g, look)
  g.fillStyle = look.coat
  g.beginPath()
  g.ellipse(0, 196, 138, 112, 0, Math.PI, 0)
  g.fill()
  g.fillStyle = look.skin
  g.beginPath()
  g.roundRect(-22, 34, 44, 66, 20)
  g.ellipse(0, 0, 50, 62, 0, 0, Math.PI * 2)
  g.fill()
  if (look.style !== 1) drawHair(g, look)
  if (look.style !== 2) {
    g.fillStyle = look.skin
    g.beginPath()
    g.ellipse(0, 12, 46, 46, 0, 0, Math.PI * 2)
    g.fill()
  } else {
    g.fillStyle = look.skin
    g.beginPath()
    g.ellipse(0, 4, 48, 46, 0, 0, Math.PI * 2)
    g.fill()
  }
  g.fillStyle = '#20160f'
  const blink = Math.sin(time / 700 + phase * 3) > 0.985 ? 0.6 : 4.5
  g.beginPath()
  g.ellipse(-18, 4, 4.5, blink, 0, 0, Math.PI * 2)
  g.ellipse(18, 4, 4.5, blink, 0, 0, Math.PI * 2)
  g.fill()
  g.strokeStyle = '#7a3b2e'
  g.lineWidth = 4
  g.lineCap = 'round'
  g.beginPath()
  g.arc(0, 24, 14, Math.PI * 0.18, Math.PI * 0.82)
  g.stroke()
  g.restore()
}

function drawSlides(canvas: HTMLCanvasElement) {
  const g = canvas.getContext('2d')
  if (!g) return
  const { width: w, height: h } = canvas
  g.fillStyle = '#ffffff'
  g.fillRect(0, 0, w, h)
  g.fillStyle = '#0b6e66'
  g.fillRect(0, 0, w, h * 0.018)
  g.fillStyle = '#101918'
  g.font = `600 ${String(h * 0.062)}px system-ui, sans-serif`
  g.fillText('Blood pressure, last six weeks', w * 0.07, h * 0.16)
  const values = [0.72, 0.66, 0.69, 0.55, 0.5, 0.44]
  values.forEach((value, i) => {
    g.fillStyle = i === 5 ? '#0b6e66' : '#a9d6cf'
    g.beginPath()
    g.roundRect(w * (0.08 + i * 0.145), h * (0.9 - value * 0.85), w * 0.1, h * value * 0.85, 8)
    g.fill()
  })
  g.fillStyle = '#c8d2cf'
  g.fillRect(w * 0.07, h * 0.9, w * 0.87, 2)
}

function source(canvas: HTMLCanvasElement, id: string, mirrored: boolean): VideoSource {
  const stream = canvas.captureStream(8)
  return {
    id,
    mirrored,
    attach: (element) => {
      element.srcObject = stream
      void element.play().catch(() => undefined)
      return () => {
        element.srcObject = null
      }
    },
  }
}

export function fakeCamera(index: number, mirrored: boolean): VideoSource {
  const canvas = document.createElement('canvas')
  const upright = index % 9 === 7
  canvas.width = upright ? 270 : 640
  canvas.height = upright ? 480 : 360
  const look = lookOf(index)
  const draw = () => {
    drawPerson(canvas, look, performance.now(), index)
  }
  draw()
  setInterval(draw, 150)
  return source(canvas, `fake-${String(index)}`, mirrored)
}

export function fakeScreen(): VideoSource {
  const canvas = document.createElement('canvas')
  canvas.width = 1280
  canvas.height = 720
  drawSlides(canvas)
  setInterval(() => {
    drawSlides(canvas)
  }, 500)
  return source(canvas, 'fake-screen', false)
}
