// Fills in a form that asks for a fresh proof of who somebody is, gives the proof, and finds
// what was typed still there. Stdin: {path, cookies, form, fields: {selector: value}, password,
// code}; the form is its action. Lines: {path, found: []}.
import { args, line, look, walk } from './harness.mjs'

const { origin, pages: told } = args()

await walk(async browser => {
  const { page, found, close } = await look(browser, origin, { path: told.path, cookies: told.cookies })
  const send = form => Promise.all([page.waitForEvent('load'), page.locator(`form[action="${form}"] button[type=submit]`).first().click()])
  for (const [field, value] of Object.entries(told.fields)) {
    if (value === true) await page.locator(field).check()
    else await page.locator(field).fill(value)
  }
  await send(told.form)
  if (new URL(page.url()).pathname !== '/prove') found.push(`no proof is asked for at ${page.url()}`)
  await page.locator('#password').fill(told.password)
  await page.locator('#code').fill(told.code)
  await send('/prove')
  for (const [field, value] of Object.entries(told.fields)) {
    const now = await page.locator(field).evaluate(e => e.type === 'checkbox' ? e.checked : e.value)
    if (now !== value) found.push(`${field} holds ${now} and not ${value}`)
  }
  await page.goto(origin + told.path)
  for (const [field, value] of Object.entries(told.fields)) {
    const now = await page.locator(field).evaluate(e => e.type === 'checkbox' ? e.checked : e.value)
    if (now === value) found.push(`${field} is kept for longer than needed`)
  }
  line({ path: told.path }, found)
  await close()
})
