// Serves built files with the headers of the real server, and answers /api with what a test wants.
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

export const csp =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "media-src 'self' blob:; connect-src 'self' wss: ws:; worker-src 'self' blob:; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** `api(method, path, body)` returns {status, body, headers} or null for a dropped connection. */
export async function serve(folder, index, api) {
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://x')
    if (url.pathname.startsWith('/api/')) return void answer(request, response, url, api)
    const wanted = join(folder, normalize(url.pathname))
    const file = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(folder, index)
    response.writeHead(200, {
      'Content-Type': types[extname(file)] ?? 'application/octet-stream',
      'Content-Security-Policy': csp,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    })
    createReadStream(file).pipe(response)
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { server, origin: `http://127.0.0.1:${server.address().port}` }
}

async function answer(request, response, url, api) {
  let text = ''
  for await (const chunk of request) text += chunk
  const result = await api(request.method, url.pathname, text ? JSON.parse(text) : null)
  if (!result) return void request.socket.destroy()
  const problem = result.status >= 400
  response.writeHead(result.status, {
    'Content-Type': problem ? 'application/problem+json' : 'application/json',
    ...result.headers,
  })
  response.end(JSON.stringify(result.body))
}
