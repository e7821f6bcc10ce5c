/** Two soft notes through the chosen speaker, made on the spot: no file, no network. */
export async function playTestSound(speaker: string): Promise<void> {
  const context = new AudioContext()
  const out = context.createMediaStreamDestination()
  const start = context.currentTime + 0.05
  ;[523.25, 783.99].forEach((hertz, index) => {
    const tone = context.createOscillator()
    const gain = context.createGain()
    const at = start + index * 0.28
    tone.frequency.value = hertz
    gain.gain.setValueAtTime(0, at)
    gain.gain.linearRampToValueAtTime(0.25, at + 0.03)
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.6)
    tone.connect(gain).connect(out)
    tone.start(at)
    tone.stop(at + 0.65)
  })
  const element = new Audio()
  element.srcObject = out.stream
  try {
    if (speaker !== '' && 'setSinkId' in element) await element.setSinkId(speaker)
    await element.play()
    await new Promise((done) => setTimeout(done, 1100))
  } finally {
    element.srcObject = null
    await context.close()
  }
}
