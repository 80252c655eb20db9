// Takes a picture of each page, NAME-LANG-WIDTH.png in the folder. A page may ask for
// "widths", "forced" (colours of the visitor's own), "print", "scale" (2 is zoom of 200 %)
// and "nojs". Lines: {name, path, lang, width, file, found: []}.
import { args, languages, line, look, picture, walk } from './harness.mjs'

const { origin, folder, pages } = args()

await walk(async browser => {
  for (const page of pages) {
    for (const lang of page.langs || languages) {
      for (const width of page.widths || [1280, 390]) {
        const { forced, print, nojs, scale = 1, ...rest } = page
        const seen = await look(browser, origin, {
          ...rest, lang, width: Math.round(width / scale), height: Math.round((width < 1000 ? 844 : 800) / scale), deviceScaleFactor: scale,
          forcedColors: forced ? 'active' : 'none', javaScriptEnabled: !nojs,
        })
        if (print) await seen.page.emulateMedia({ media: 'print' })
        const file = [page.name, lang, width].join('-')
        await picture(seen.page, folder, file)
        line({ name: page.name, path: page.path, lang, width, file: file + '.png' }, seen.found)
        await seen.close()
      }
    }
  }
})
