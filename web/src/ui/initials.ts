const hues = 8

/** First letters of the first and the last word, in whole characters: "Ada King Lovelace" is AL. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean)
  const first = words[0]
  const last = words.length > 1 ? words.at(-1) : undefined
  const letters = [first, last].map((word) => (word ? ([...word][0] ?? '') : '')).join('')
  return letters.toLocaleUpperCase() || '?'
}

/** 0 to 7, the same for the same id everywhere. */
export function hueOf(id: string): number {
  let hash = 0
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0
  return hash % hues
}
