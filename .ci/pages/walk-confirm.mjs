// Answers the step behind each link with the keyboard alone and without JavaScript, on a
// phone: Tab to the button whose value is "answer" (yes when left out), Enter. Lines: {name,
// path, before, after, found: []}, before and after being what the page is headed.
import { args, line, look, walk } from './harness.mjs'

const { origin, pages } = args()

await walk(async browser => {
  for (const { answer = 'yes', ...page } of pages) {
    const seen = await look(browser, origin, { ...page, width: 390, height: 844, javaScriptEnabled: false })
    const found = []
    const before = await seen.page.locator('h1').innerText()
    const button = seen.page.locator(`button[name="answer"][value="${answer}"]`)
    const box = await button.count() > 0 ? await button.boundingBox() : null
    if (!box || box.height < 52) found.push(`the answer is ${box ? Math.round(box.height) : 0} px high and not 52`)
    let at = ''
    for (let i = 0; i < 60 && at !== answer; i++) {
      await seen.page.keyboard.press('Tab')
      at = await seen.page.locator('*:focus').evaluateAll(list => (list[0] && list[0].name === 'answer' ? list[0].value : ''))
    }
    if (at !== answer) found.push(`the answer ${answer} is not reached with Tab`)
    else await Promise.all([seen.page.waitForEvent('load'), seen.page.keyboard.press('Enter')])
    const after = await seen.page.locator('h1').innerText()
    if (after === before) found.push('the answer changed nothing')
    line({ name: page.name, path: page.path, before, after }, [...seen.found, ...found])
    await seen.close()
  }
})
