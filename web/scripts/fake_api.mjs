// The server's three endpoints, answering by the room's name: room "full" is full, and so on.
const problems = {
  expired: [401, 'link-expired'],
  forbidden: [403, 'forbidden'],
  missing: [404, 'room-not-found'],
  full: [403, 'room-full'],
  busy: [429, 'rate-limited', { 'Retry-After': '20' }],
  broken: [500, 'internal'],
}

export function api(method, path, body) {
  if (path === '/api/v1/about')
    return { status: 200, body: { name: 'Portico', version: '0.1.0', open_rooms: true } }
  if (path !== '/api/v1/join') return { status: 404, body: {} }
  if (body.room === 'dead') return null
  const [status, type, headers] = problems[body.room] ?? []
  if (status)
    return {
      status,
      headers,
      body: { type: `/problems/${type}`, status, title: type, detail: type },
    }
  // A call that never gets past the door: long enough to see the joining screen.
  return new Promise(() => undefined)
}
