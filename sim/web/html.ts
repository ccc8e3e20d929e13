import { createHash } from 'node:crypto'
import type { PageParts } from './bundle.ts'

/** What the page may reach: nothing at all, or the server that it came from. */
export type Reach = 'nothing' | 'server'

/**
 * The page as one HTML file. Its policy lets run only this script, lets style only this sheet, and reaches no further than it must:
 * a frame on a bus is never code.
 */
export function pageHtml({ script, style }: PageParts, reach: Reach): string {
  // What would end the element early is written otherwise.
  const code = script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
  const policy = [
    'default-src \'none\'', `script-src 'sha256-${sha256(code)}'`, `style-src 'sha256-${sha256(style)}'`, 'worker-src blob:', 'img-src data:',
    `connect-src ${reach === 'server' ? '\'self\'' : '\'none\''}`, 'base-uri \'none\'', 'form-action \'none\'',
  ].join('; ')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><title>Spine</title>
<link rel="icon" href="data:,"><style>${style}</style></head><body><script>${code}</script></body></html>
`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
