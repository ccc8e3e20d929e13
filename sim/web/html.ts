import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { TopologyData } from '#sim/car/index.ts'
import type { PagePart, PageParts } from './bundle.ts'

/** What the page may reach: nothing at all; files beside it by which it is installed (`install.ts`); the server that it came from. */
export type Reach = 'nothing' | 'files' | 'server'

/**
 * The page as one HTML file: what draws the first picture as scripts, the rest packed, for when it is needed. Its policy lets run
 * only these scripts, lets style only this sheet, and reaches no further than it must: a frame on a bus is never code. `car`: the one
 * that it runs and draws, instead of the sedan.
 */
export function pageHtml({ parts, style }: PageParts, reach: Reach, car?: TopologyData): string {
  const first = parts.find(part => part.name === 'page')!
  const isFirst = ({ name }: PagePart): boolean => name === first.name || first.needs.includes(name)
  const scripts = parts.filter(isFirst).map(part => ({ ...part, code: inElement(part.code) }))
  const packed = parts.filter(part => !isFirst(part))
  const policy = [
    'default-src \'none\'', `script-src ${[...scripts, ...packed].map(({ code }) => `'sha256-${sha256(code)}'`).join(' ')}`,
    `style-src 'sha256-${sha256(style)}'`, ...reach === 'files' ? ['worker-src blob: \'self\'', 'manifest-src \'self\'', 'img-src data: \'self\''] : ['worker-src blob:', 'img-src data:'],
    `connect-src ${reach === 'server' ? '\'self\'' : '\'none\''}`, 'base-uri \'none\'', 'form-action \'none\'',
  ].join('; ')
  return `<!doctype html>
<html lang="en"${reach === 'files' ? ' data-installs' : ''}><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><title>Spine</title>
<link rel="icon" href="data:,"><style>${style}</style></head><body>
${car === undefined ? '' : `<script type="application/json" data-car>${JSON.stringify(car).replaceAll('<', '\\u003c')}</script>\n`}${packed.map(({ name, needs, code }) => `<script type="text/plain" data-part="${name}" data-needs="${needs.join(' ')}">${pack(code)}</script>`).join('\n')}
${scripts.map(({ name, code }) => `<script data-part="${name}">${code}</script>`).join('\n')}
</body></html>
`
}

/** What would end the element early is written otherwise. */
function inElement(code: string): string {
  return code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
}

function pack(code: string): string {
  return deflateRawSync(code, { level: 9 }).toString('base64')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
