// Cuts the stream of each live page before it begins: the page must say so, show the time
// that it stands for, and follow again when the stream is back; what is open and where the
// keyboard is stay. Lines: {name, path, found: []}. Takes half a minute a page.
import { args, line, look, walk } from './harness.mjs'

const { origin, pages } = args()

await walk(async browser => {
  for (const page of pages) {
    const seen = await look(browser, origin, { ...page, cut: '**/stream*' })
    const found = []
    const expect = async (what, state) => {
      await seen.page.locator(what).first().waitFor({ state, timeout: 40000 }).catch(() => found.push(`${what} is not ${state}`))
    }
    await expect('[data-live-lost]', 'visible')
    if (!/\d\d[.:]\d\d/.test(await seen.page.locator('[data-live-lost]').first().innerText())) found.push('the lost page names no time')
    const fold = seen.page.locator('[data-live] details[id] > summary').first()
    const folds = await fold.count() > 0
    if (folds) await fold.press('Enter')
    await seen.page.unroute('**/stream*')
    await expect('[data-live-state]', 'visible')
    await expect('[data-live-lost]', 'hidden')
    if (folds && !await fold.evaluate(e => e.parentElement.open && document.activeElement === e)) found.push('what was open or had the keyboard was lost')
    const cut = /ERR_FAILED|stream/ // of our own doing
    line({ name: page.name, path: page.path }, [...seen.found.filter(text => !cut.test(text)), ...found])
    await seen.close()
  }
})
