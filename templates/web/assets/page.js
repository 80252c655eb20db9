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
