// Looks at each page in both languages, on a screen, on a phone and at 320 px: no rule of
// accessibility broken, nothing refused or missing, nothing wider than the window, all
// reached with the keyboard. Lines: {name, path, lang, width, title, bytes, found: []}.
import { args, axe, head, keyboard, languages, line, look, overflow, small, walk } from './harness.mjs'

const { origin, pages } = args()

await walk(async browser => {
  for (const page of pages) {
    for (const lang of page.langs || languages) {
      for (const width of page.widths || [1280, 390, 320]) {
        const seen = await look(browser, origin, { ...page, lang, width, height: width < 1000 ? 844 : 800 })
        const found = [...await overflow(seen.page)]
        if (width !== 320) found.push(...await head(seen.page, lang), ...await axe(seen.page))
        if (width === 390) found.push(...await small(seen.page))
        if (width === 1280 && lang === 'da') found.push(...await keyboard(seen.page))
        const title = await seen.page.title()
        line({ name: page.name, path: page.path, lang, width, title, bytes: seen.bytes() }, [...seen.found, ...found])
        await seen.close()
      }
    }
  }
})
