// What every page does a little better with JavaScript; nothing needs it.
'use strict'

// The server's clock is the one that counts, so clocks are told how far this one is off.
const ahead = Date.parse(document.documentElement.dataset.now || '') - Date.now() || 0

// Clocks count up from data-since and down to data-until, a second at a time.
function tick() {
  if (document.hidden) return
  const now = Date.now() + ahead
  for (const clock of document.querySelectorAll('time[data-since], time[data-until]')) {
    const { since, until } = clock.dataset
    const left = until ? Date.parse(until) - now : now - Date.parse(since)
    if (Number.isNaN(left)) continue
    const seconds = Math.floor(Math.abs(left) / 1000)
    const two = n => String(n).padStart(2, '0')
    const text = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
    clock.textContent = left < 0 ? '\u2212' + text : text
    clock.classList.toggle('late', Boolean(until) && left < 0)
  }
}
tick()
setInterval(tick, 1000)
document.addEventListener('visibilitychange', tick)

// What opens over the page closes with Escape or by a click elsewhere.
const folds = 'details.menu-fold[open], details.menu-phone[open]'
function fold(except) {
  let closed = null
  for (const open of document.querySelectorAll(folds)) {
    if (open.contains(except)) continue
    open.open = false
    closed = open
  }
  return closed
}
document.addEventListener('click', event => fold(event.target))

// Single keys can be turned off (WCAG 2.1.4); the browser remembers it.
const keys = document.getElementById('keys')
const off = document.getElementById('keys-off')
function quiet() {
  try { return localStorage.getItem('keys') === 'off' } catch { return false }
}
if (off) {
  off.checked = quiet()
  off.addEventListener('change', () => {
    try { localStorage.setItem('keys', off.checked ? 'off' : 'on') } catch { /* it holds for this page */ }
  })
}
document.addEventListener('keydown', event => {
  if (event.key === 'Escape') {
    const closed = fold(null)
    if (closed && closed.contains(document.activeElement)) closed.querySelector('summary').focus()
    if (document.activeElement?.matches('.help-mark')) document.activeElement.blur()
    return
  }
  const typing = event.target.closest('input, textarea, select, [contenteditable]')
  if (typing || event.ctrlKey || event.metaKey || event.altKey || (off && off.checked)) return
  if (event.key === '/') {
    const search = document.getElementById('search')
    if (!search) return
    event.preventDefault()
    search.focus()
  } else if (event.key === '?' && keys && !keys.open) {
    event.preventDefault()
    keys.showModal()
  }
})

// Buttons that only a script can answer are hidden until there is one.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

// Whoever has to show again who he is, before what he typed is taken, finds it again when he
// comes back: a form that is sent is kept for this window, but for passwords, and it is
// forgotten at the next page unless that one asks for the proof.
const asks = document.querySelector('form[action="/prove"]') || location.pathname === '/prove'
document.addEventListener('submit', event => {
  const form = event.target
  const to = form.getAttribute('action')
  if (form.getAttribute('method') !== 'post' || asks || to.startsWith('/sign-')) return
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === 'string' && form.elements[name]?.type !== 'password')
  remember({ to, fields })
})

function remember(form) {
  try { form ? sessionStorage.setItem('form', JSON.stringify(form)) : sessionStorage.removeItem('form') } catch { /* it is typed again */ }
}

function remembered() {
  try { return JSON.parse(sessionStorage.getItem('form')) } catch { return null }
}

function refill({ to, fields }) {
  const form = [...document.querySelectorAll('form[method=post]')].find(form => form.getAttribute('action') === to)
  if (!form) return
  for (const field of form.elements) {
    const values = fields.filter(([name]) => name === field.name).map(([, value]) => value)
    if (field.type === 'checkbox' || field.type === 'radio') field.checked = values.includes(field.value)
    else if (values.length > 0 && !['hidden', 'submit', 'password', 'file'].includes(field.type)) field.value = values[0]
  }
  for (let fold = form.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true
  form.querySelector('button[type=submit]')?.focus()
}

const before = remembered()
if (before && asks) remember({ ...before, proving: true })
else if (before) {
  remember(null)
  if (before.proving) refill(before)
}
