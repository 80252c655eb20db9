// Keeps a live page up to date: <div data-live="/drills/7/stream" data-after="17">. Events
// carry {"parts": {"id": "html"}, "say": "one sentence"}. When the stream fails three times,
// the page says so and looks at itself every ten seconds until the stream is back.
'use strict'

const page = document.querySelector('[data-live]')
if (page) follow()

function follow() {
  const region = document.createElement('p')
  region.className = 'sr-only'
  region.setAttribute('aria-live', 'polite')
  document.body.append(region)

  let source = null, failures = 0, again = 0, paused = false
  let last = page.dataset.after || ''

  function open() {
    clearTimeout(again)
    if (source) source.close()
    const address = new URL(page.dataset.live, location.href)
    if (last !== '') address.searchParams.set('after', last)
    source = new EventSource(address)
    source.onopen = () => { failures = 0; tell(false) }
    source.onmessage = event => {
      if (event.lastEventId) last = event.lastEventId
      const piece = JSON.parse(event.data)
      for (const [id, html] of Object.entries(piece.parts || {})) swap(document.getElementById(id), html)
      if (piece.say) say(piece.say)
    }
    source.onerror = () => {
      failures++
      if (source.readyState !== EventSource.CLOSED && failures < 3) return // it tries again by itself
      source.close()
      if (failures < 3) {
        again = setTimeout(open, 2000)
        return
      }
      tell(true)
      again = setTimeout(look, 10000)
    }
  }

  // look fetches the page itself and tries the stream once more.
  async function look() {
    const address = new URL(location.href)
    address.searchParams.set('part', '1')
    try {
      const answer = await fetch(address, { headers: { Accept: 'text/html' } })
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-live]')
      if (answer.ok && fresh) {
        last = fresh.dataset.after || last
        for (const part of page.querySelectorAll('[id][data-part]')) {
          const news = fresh.querySelector('#' + CSS.escape(part.id))
          if (news) swap(part, news.innerHTML)
        }
        told = new Date()
      }
    } catch { /* still away; the page says since when */ }
    if (!paused) open()
  }

  // tell shows whether the page is live, and if not, which time it shows.
  let told = new Date()
  function tell(lost) {
    if (!lost) told = new Date()
    for (const state of document.querySelectorAll('[data-live-state]')) state.hidden = lost
    for (const note of document.querySelectorAll('[data-live-lost]')) {
      note.hidden = !lost
      const clock = note.querySelector('time')
      if (clock) clock.textContent = told.toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Copenhagen' })
    }
  }

  for (const button of document.querySelectorAll('[data-live-pause]')) {
    button.hidden = false
    button.addEventListener('click', () => {
      paused = !paused
      button.setAttribute('aria-pressed', String(paused))
      if (paused) {
        clearTimeout(again)
        source.close()
      } else {
        failures = 0
        open()
      }
    })
  }

  // say tells who listens to the page one sentence, the latest, at most every ten seconds.
  let next = 0, waiting = null
  function say(sentence) {
    waiting = sentence
    const now = Date.now()
    if (now < next) return
    next = now + 10000
    region.textContent = waiting
    waiting = null
    setTimeout(() => { if (waiting) say(waiting) }, 10050)
  }

  open()
}

// swap puts new insides into an element and keeps what the visitor has there: the place of
// the keyboard, what was typed, and what was opened.
function swap(element, html) {
  if (!element || element.innerHTML === html) return
  const focus = element.contains(document.activeElement) ? place(document.activeElement) : ''
  const opened = [...element.querySelectorAll('details[open][id]')].map(fold => fold.id)
  const typed = new Map([...element.querySelectorAll('input[id], textarea[id]')].filter(field => field.value !== field.defaultValue)
    .map(field => [field.id, [field.value, field.selectionStart]]))
  element.innerHTML = html
  for (const id of opened) {
    const fold = document.getElementById(id)
    if (fold) fold.open = true
  }
  for (const [id, [value, at]] of typed) {
    const field = document.getElementById(id)
    if (!field) continue
    field.value = value
    if (at !== null && field.setSelectionRange) field.setSelectionRange(at, at)
  }
  if (focus) element.querySelector(focus)?.focus({ preventScroll: true })
}

// place is a selector by which an element is found again in what replaces it.
function place(element) {
  const fold = element.parentElement.id
  if (element.id) return '#' + CSS.escape(element.id)
  if (element.localName === 'summary' && fold) return `#${CSS.escape(fold)} > summary`
  const known = ['href', 'name', 'value'].filter(name => element.hasAttribute(name))
  return element.localName + known.map(name => `[${name}="${CSS.escape(element.getAttribute(name))}"]`).join('')
}
