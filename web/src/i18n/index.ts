/**
 * The seam for other languages: every sentence lives in a catalogue under a typed key, with {placeholders} and
 * plural forms as `key_one` / `key_other`. A further language is one more file with the same keys.
 */
import { en, type Catalogue, type MessageKey } from './en'

export type { MessageKey }

type PluralBase = {
  [K in MessageKey]: K extends `${infer Base}_other` ? Base : never
}[MessageKey]

let catalogue: Catalogue = en
let rules = new Intl.PluralRules('en')

export function setLanguage(tag: string, messages: Catalogue) {
  catalogue = messages
  rules = new Intl.PluralRules(tag)
  document.documentElement.lang = tag
}

export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  return catalogue[key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  )
}

/** Picks the plural form for `count`, which is also the placeholder {count}. */
export function plural(
  base: PluralBase,
  count: number,
  values: Record<string, string | number> = {},
): string {
  const exact = `${base}_${rules.select(count)}`
  const key = exact in catalogue ? exact : `${base}_other`
  return t(key as MessageKey, { ...values, count })
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

export function timeOfDay(ms: number): string {
  return clock.format(ms)
}
