// Writes what the pages use of Det Fælles Designsystem into templates/web/assets:
//   npm pack dkfds@11.2.0 && tar xzf dkfds-11.2.0.tgz
//   node .ci/pages/vendor.mjs package templates/web/assets
// The sheet stays as it is but for its addresses: three weights of the letters, as
// woff2 alone (its Regular face names eot and woff first, so that browsers asked for
// files that are not here), no rule for icons as backgrounds, and no logo of others.
// The icons that the pages name stand in one file, icons.svg.
import fs from 'node:fs'
import path from 'node:path'

const [from, to] = process.argv.slice(2)
const weights = { 400: 'Regular', 600: 'SemiBold', 700: 'Bold' }

// The icons of the components, and those that pages may name beside them.
const icons = `arrow-back arrow-forward attach-file calendar-month chat check checklist chevron-down chevron-left
chevron-right chevron-up close contact-card copy delete document download edit email error file-pdf flag forward groups help
home hourglass info language link lock menu minus more-horiz notifications open-in-new person persons plus print refresh
save search send settings smartphone success sync time upload visibility warning`.split(/\s+/)

let css = fs.readFileSync(path.join(from, 'dist/css/dkfds.min.css'), 'utf8')
css = css.replace(/\/\*# sourceMappingURL=.*?\*\//, '')
css = css.replace(/@font-face\{[^}]*\}/g, '')
css = css.replace(/\.icon-[a-z0-9-]+:not\(a\)\{background-image:url\([^)]*\)\}/g, '')
css = css.replace(/background(-image)?:url\(\.\.\/img\/logo[^)]*\)/g, 'background-image:none')
css = css.replace(/url\(\.\.\/img\/svg-icons\/([^)]+)\)/g, 'url(icons/$1)')
const faces = Object.entries(weights).map(([weight, name]) =>
  `@font-face{font-family:"IBM Plex Sans";font-style:normal;font-weight:${weight};src:url(fonts/IBMPlexSans-${name}.woff2) format("woff2");font-display:swap}`)
const head = '/* Det Fælles Designsystem, dkfds 11.2.0, neutral theme; MIT, see NOTICE. Written by .ci/pages/vendor.mjs. */\n'

for (const folder of ['icons', 'fonts']) {
  fs.rmSync(path.join(to, folder), { recursive: true, force: true })
  fs.mkdirSync(path.join(to, folder), { recursive: true })
}
fs.writeFileSync(path.join(to, 'dkfds.css'), head + faces.join('') + css.trim() + '\n')
for (const name of Object.values(weights)) {
  const file = `IBMPlexSans-${name}.woff2`
  fs.copyFileSync(path.join(from, 'dist/fonts/IBMPlexSans/complete/woff2', file), path.join(to, 'fonts', file))
}
for (const file of new Set([...css.matchAll(/url\(icons\/([^)]+)\)/g)].map(m => m[1]))) {
  fs.copyFileSync(path.join(from, 'dist/img/svg-icons', file), path.join(to, 'icons', file))
}

const symbols = icons.sort().map(name => {
  const svg = fs.readFileSync(path.join(from, 'dist/img/svg-icons', name + '.svg'), 'utf8').trim()
  return svg.replace(/<svg[^>]*?viewBox="([^"]+)"[^>]*>/, `<symbol id="${name}" viewBox="$1">`).replace('</svg>', '</symbol>')
})
fs.writeFileSync(path.join(to, 'icons.svg'), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('\n')}\n</svg>\n`)

const left = [...css.matchAll(/url\(([^)]+)\)/g)].map(m => m[1]).filter(u => !u.startsWith('icons/') && !u.startsWith('data:'))
if (left.length > 0) throw new Error('addresses that lead nowhere: ' + left.join(' '))
