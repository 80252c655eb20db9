// The program's pages in a real browser. A walk is a file beside this one that is given
// the program's address and a folder for pictures, reads from stdin which pages to look
// at, as JSON, and writes one JSON line per look; it ends with 1 when a look found
// something. The server is started by whoever calls, on loopback.
import { createRequire } from 'node:module'
import fs from 'node:fs'
import path from 'node:path'

const require = createRequire(new URL('../../.cache/pages/package.json', import.meta.url))
const { chromium } = require('playwright-core')
const axeSource = require('axe-core').source

// The rules that count: WCAG 2.0 to 2.2, A and AA (EN 301 549 asks for 2.1 AA).
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage']

export const languages = ['da', 'en']

// args are those of every walk: the address, the folder, and the pages from stdin as
// [{path, name, cookies}], where cookies is what stands in the header, such as
// "__Host-beredskab=…".
export function args() {
  const [origin, folder] = process.argv.slice(2)
  if (!origin) throw new Error('give the address of the program, and a folder for pictures')
  const pages = JSON.parse(fs.readFileSync(0, 'utf8'))
  if (folder) fs.mkdirSync(folder, { recursive: true })
  return { origin, folder, pages }
}

// start starts the browser that is on the machine.
export async function start() {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  const folders = (process.env.PATH || '').split(':')
  const found = names.flatMap(name => folders.map(folder => path.join(folder, name))).find(file => fs.existsSync(file))
  if (!found) throw new Error('no Chromium is on this machine: .ci/setup pages installs one')
  return chromium.launch({ executablePath: found, args: flags })
}

// look opens a page and collects in `found` whatever goes wrong while it loads: an answer
// of 400 or more, what the policy of the pages stopped, a script that broke down, and a
// request to anywhere else. `expect` is the page's own status; what `cut` matches is not let
// through; bytes is what came over the wire, packed, without letters.
export async function look(browser, origin, { path: at, cookies, lang = 'da', width = 1280, height = 800, expect = 200, cut, langs, widths, name, ...more }) {
  const context = await browser.newContext({
    locale: lang === 'da' ? 'da-DK' : 'en-GB', timezoneId: 'Europe/Copenhagen', viewport: { width, height },
    ...more,
  })
  if (cookies) await context.addCookies(cookies.split(/;\s*/).map(pair => jar(pair, origin)))
  const page = await context.newPage()
  if (cut) await page.route(cut, route => route.abort())
  const found = []
  let bytes = 0
  page.on('response', answer => {
    const own = answer.request().isNavigationRequest()
    if (answer.status() >= 400 && !(own && answer.status() === expect)) found.push(`${answer.status()} ${answer.url()}`)
  })
  page.on('requestfinished', async request => {
    if (request.url().endsWith('.woff2')) return
    const sizes = await request.sizes().catch(() => null) // the page may be gone
    bytes += sizes ? sizes.responseBodySize : 0
  })
  page.on('request', request => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) found.push(`asks another place: ${request.url()}`)
  })
  page.on('console', message => {
    const known = message.text().startsWith('Failed to load resource') // its answer is counted above
    if (message.type() === 'error' && !known) found.push(`console: ${message.text()}`)
  })
  page.on('pageerror', error => found.push(`script: ${error.message}`))
  const answer = await page.goto(origin + at, { waitUntil: 'load' })
  if (answer.status() !== expect) found.push(`${answer.status()} instead of ${expect}`)
  await page.evaluate(() => document.fonts.ready.then(() => true))
  return { page, found, bytes: () => bytes, close: () => context.close() }
}

// jar makes a cookie of name=value as the program sets its own: for this host alone, kept
// from scripts, and marked for encrypted connections, which loopback counts as.
function jar(pair, origin) {
  const at = pair.indexOf('=')
  return { name: pair.slice(0, at), value: pair.slice(at + 1), domain: new URL(origin).hostname, path: '/', secure: true, httpOnly: true, sameSite: 'Lax' }
}

// axe lists what breaks a rule, with the place of each.
export async function axe(page) {
  await page.evaluate(axeSource)
  const result = await page.evaluate(tags => globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags } }), rules)
  return result.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary.split('\n').slice(1).join(' ').trim()}`))
}

// head lists what is wrong with what a page is called: one h1, a title, the language.
export function head(page, lang) {
  return page.evaluate(lang => {
    const wrong = []
    const titles = document.querySelectorAll('h1')
    if (titles.length !== 1) wrong.push(`${titles.length} h1 instead of one`)
    if (!document.title.trim()) wrong.push('no title')
    if (document.documentElement.lang !== lang) wrong.push(`lang is ${document.documentElement.lang} and not ${lang}`)
    if (/⟦|%!|<no value>/.test(document.documentElement.outerHTML)) wrong.push('a text is missing: ' + (document.documentElement.outerHTML.match(/⟦[^⟧]*⟧|.{20}%!.{20}|.{20}<no value>/) || [''])[0])
    const ids = [...document.querySelectorAll('[id]')].map(e => e.id)
    for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) wrong.push(`the id ${id} stands twice`)
    if (document.querySelector('[style]')) wrong.push('a style attribute, which the policy stops: ' + document.querySelector('[style]').outerHTML.slice(0, 80))
    return wrong
  }, lang)
}

// overflow lists what makes a page wider than its window.
export function overflow(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth
    if (Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) <= width) return []
    const scrolls = e => { for (let p = e; p; p = p.parentElement) if (p !== document.body && ['auto', 'scroll', 'hidden'].includes(getComputedStyle(p).overflowX)) return true; return false }
    const wide = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 1 && !scrolls(e.parentElement))
    return wide.slice(0, 5).map(e => `wider than ${width} px: <${e.tagName.toLowerCase()} class="${e.getAttribute('class') || ''}"> ${(e.textContent || '').trim().slice(0, 40)}`)
  })
}

// small lists what is too small for a finger (WCAG 2.2, 2.5.8 asks for 24 px; what stands
// within a sentence may be as high as its line).
export function small(page) {
  return page.evaluate(() => [...document.querySelectorAll('button, summary, input:not([type=hidden]), select, a.button')]
    .filter(e => e.checkVisibility() && !e.closest('.sr-only')).map(e => [e, e.matches('[type=radio], [type=checkbox]') && e.labels[0] ? e.labels[0] : e])
    .map(([e, at]) => [e, at.getBoundingClientRect()]).filter(([, box]) => box.height < 24 || box.width < 24)
    .map(([e, box]) => `too small for a finger, ${Math.round(box.width)} × ${Math.round(box.height)}: ${e.outerHTML.slice(0, 80)}`))
}

// keyboard walks through the page with Tab, and lists what is reached unseen and what is
// never reached.
export async function keyboard(page) {
  const wrong = []
  await page.evaluate(() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); window.scrollTo(0, 0) })
  const all = await page.evaluate(() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
    .filter(e => e.checkVisibility({ visibilityProperty: true }) && !e.disabled && e.tabIndex >= 0 && !(e.type === 'radio' && document.querySelector(`[name="${e.name}"]:checked, [name="${e.name}"]`) !== e && !e.checked))
    .map((e, i) => { e.dataset.stop = i; return e.outerHTML.slice(0, 80) }))
  const reached = new Set()
  let before
  for (let i = 0; i < all.length * 2 + 20; i++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const e = document.activeElement
      if (!e || e === document.body) return null
      const style = getComputedStyle(e)
      const label = e.labels && e.labels[0] ? getComputedStyle(e.labels[0], '::before') : null
      const shown = s => s && ((s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none')
      const box = e.getBoundingClientRect()
      return { stop: e.dataset.stop, seen: shown(style) || shown(label), inside: box.bottom > 0 && box.top < innerHeight, html: e.outerHTML.slice(0, 80) }
    })
    if (!at) break
    if (at.stop !== undefined && at.stop === before) continue // a date has several places
    before = at.stop
    if (at.stop !== undefined) {
      if (reached.has(at.stop)) break
      reached.add(at.stop)
    }
    if (!at.seen) wrong.push(`focus is not seen: ${at.html}`)
    if (!at.inside) wrong.push(`focus is outside of the window: ${at.html}`)
  }
  const there = new Set(await page.evaluate(() => [...document.querySelectorAll('[data-stop]')].map(e => e.dataset.stop))) // a live page changes
  all.forEach((html, i) => { if (there.has(String(i)) && !reached.has(String(i))) wrong.push(`not reached with Tab: ${html}`) })
  return wrong
}

// picture keeps what the page looks like.
export function picture(page, folder, name) {
  return page.screenshot({ path: path.join(folder, name + '.png'), fullPage: true, animations: 'disabled' })
}

// line writes one look; found is the list of what it found.
let failed = 0
export function line(look, found) {
  if (found.length > 0) failed++
  process.stdout.write(JSON.stringify({ ...look, found }) + '\n')
}

// walk runs a walk and ends the process with its result.
export async function walk(steps) {
  const browser = await start()
  try {
    await steps(browser)
  } finally {
    await browser.close()
  }
  process.exitCode = failed > 0 ? 1 : 0
}
