// Whole stories, each told by the people whose story it is, every one in a browser of his
// own: a plan is approved, a drill is held by two who look at it while the owner answers on
// a phone, a crisis is declared and stood down. Nothing is waited for but what a page shows.
// Stdin: {lang, people: {name: cookies}, post, words: {key: text}}; post is an address at
// which the caller tells what was sent to somebody: GET /link?to=MAILBOX waits for a mail
// with a link, GET /code is what the app for codes shows. Lines: {story, lang, path, found}.
import { args, axe, head, languages, line, look, overflow, walk } from './harness.mjs'

const { origin, pages: told } = args()
const { lang, people, words } = told
const phone = { width: 390, height: 844 }

// tell asks the caller for what was sent to somebody.
async function tell(what) {
  const answer = await fetch(told.post + what)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${what}: ${text}`)
  return text
}

// at opens a page in a browser of that person's own; nobody is signed in without a name.
function at(browser, path, who = '', more = {}) {
  return look(browser, origin, { path, cookies: who && people[who], lang, ...more })
}

// press presses a button and waits for the page that follows; what the button stands in is
// opened first.
async function press(page, what) {
  const button = page.locator(what).first()
  await unfold(button)
  await Promise.all([page.waitForEvent('load'), button.click()])
  const wrong = page.locator('#problem')
  if (await wrong.count() > 0) throw new Error(`${what} at ${page.url()}: ${await wrong.innerText()}`)
}

// unfold opens whatever an element stands folded in, as people do, from the outside in.
async function unfold(element) {
  for (const fold of await element.locator('xpath=ancestor::details[not(@open)]').all()) await fold.locator('> summary').click()
}

// fill types into a field, chooses in a list, or ticks a box.
async function fill(page, what, value) {
  const field = page.locator(what).first()
  await unfold(field)
  const kind = await field.evaluate(e => e.localName === 'select' ? 'select' : e.type)
  if (kind === 'select') await field.selectOption(value)
  else if (kind === 'checkbox' || kind === 'radio') await field.check()
  else await field.fill(value)
}

// shows wants a text on the page.
async function shows(page, key, what = 'main') {
  const text = words[key]
  if (!text) throw new Error(`the caller gives no word for ${key}`)
  await page.locator(what).filter({ hasText: text }).first().waitFor()
}

// done says how a page of a story stands, and closes its browser.
async function done(story, seen) {
  const { page } = seen
  const found = [...seen.found, ...await head(page, lang), ...await axe(page), ...await overflow(page)]
  line({ story, lang, path: new URL(page.url()).pathname }, found)
  await seen.close()
}

// The IT manager follows a link to a review, signs in, reads it, and approves.
async function approve(browser) {
  const seen = await at(browser, '/systems/esdh/review')
  const { page } = seen
  await fill(page, '#account', told.account)
  await fill(page, '#password', told.password)
  await fill(page, '#code', await tell('/code'))
  await press(page, 'form[action="/sign-in/local"] button')
  if (new URL(page.url()).pathname !== '/systems/esdh/review') throw new Error(`signing in leads to ${page.url()}`)
  await page.locator('[aria-labelledby=difference] li').first().waitFor()
  await page.locator('[aria-labelledby=checks] li').first().waitFor()
  await press(page, 'form[action$="/review/approve"] button')
  await shows(page, 'done.systems.approved', '[role=status]')
  await done('approved', seen)
}

// The leader starts a drill from its dress check and a technician follows it beside him;
// the owner answers from the link of a mail, on a phone. Both see each step without
// loading anything, and the same verdict.
async function drill(browser) {
  const leads = await at(browser, '/drills/new?system=esdh&drill=gendan', 'leder')
  await fill(leads.page, '#ready')
  await press(leads.page, 'form[action="/drills/new"][method=post] button')
  const path = new URL(leads.page.url()).pathname
  const follows = await at(browser, path, 'tekniker', phone)
  const both = [leads.page, follows.page]
  const reaches = what => Promise.all(both.map(page => page.locator(what).first().waitFor({ state: 'attached' })))
  await reaches('#step-start .step-waiting')
  await fill(leads.page, '#point', 'recovery_point_at')
  await fill(leads.page, '#at', told.backup)
  await press(leads.page, 'form[action$="/time"] button')
  await press(follows.page, '#step-start button[name=answer][value=yes]')
  await reaches('#step-start .step-done')
  await reaches('#step-bekraeft .step-waiting')

  const link = await tell('/link?to=ejer@by.example')
  const owner = await at(browser, link.slice(origin.length), '', phone)
  await answer(owner)
  await shows(owner.page, 'confirm.thanks', 'h1')
  await done('answered on a phone', owner)

  await reaches('#step-bekraeft .step-done')
  await reaches('#run-end h2 .badge')
  const [here, there] = await Promise.all(both.map(async page => (await page.locator('#run-end').innerText()).replace(/\s+/g, ' ')))
  if (here !== there) follows.found.push(`one says ${here} and the other ${there}`)
  await shows(leads.page, 'drills.verdict.passed', '#run-end h2')
  await done('drill led', leads)
  await done('drill followed', follows)
  return path
}

// answer says yes with the keyboard alone, by a button that a thumb hits.
async function answer({ page, found }) {
  const yes = page.locator('button[name=answer][value=yes]')
  const { height } = await yes.boundingBox()
  if (height < 52) found.push(`the answer is ${height} px high and not 52`)
  const focused = () => yes.evaluate(e => e === document.activeElement)
  for (let stops = 0; stops < 40 && !await focused(); stops++) await page.keyboard.press('Tab')
  if (!await focused()) throw new Error('the answer is not reached with Tab')
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
}

// Beredskab is declared, the plans are put in force, it is written down what is decided,
// the work is handed over to somebody else, and it is stood down.
async function crisis(browser) {
  const chief = await at(browser, '/crisis', 'chef')
  const { page } = chief
  await fill(page, '#real-yes')
  await fill(page, '#name', told.crisis)
  await fill(page, '#kind', 'attack')
  await fill(page, '#reason', told.crisis)
  await fill(page, '#system-esdh')
  await fill(page, '#law-nis2')
  await fill(page, '#sure')
  await press(page, 'form[action="/crisis"] button')
  await shows(page, 'done.crisis.declared', '[role=status]')
  const board = new URL(page.url()).pathname
  await page.locator('[aria-labelledby=order-title] a[href^="/drills/"]').first().waitFor()
  await fill(page, '#assign select[name=role]', 'kriseleder')
  await fill(page, '#assign select[name=person]', told.relief)
  await press(page, '#assign button')
  await fill(page, 'form[action$="/log"] textarea', told.decision)
  await press(page, 'button[name=kind][value=decision]')
  await done('crisis led', chief)

  const relief = await at(browser, board + '/handover', 'direktion')
  for (const text of [told.decision, told.crisis]) await relief.page.locator('main').filter({ hasText: text }).waitFor()
  await done('crisis handed over', relief)

  const other = await at(browser, board, 'direktion', phone)
  await other.page.locator('.crisis-bar').waitFor()
  await fill(other.page, '#end textarea', told.crisis)
  await press(other.page, '#end button')
  await shows(other.page, 'done.crisis.end', '[role=status]')
  if (await other.page.locator('.crisis-bar').count() > 0) other.found.push('the mark of the crisis stays')
  await done('crisis stood down', other)
}

if (!languages.includes(lang)) throw new Error(`the stories are not told in ${lang}`)
await walk(async browser => {
  await approve(browser)
  await drill(browser)
  await crisis(browser)
})
