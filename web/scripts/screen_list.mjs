// Every screen worth looking at: where it is, and what to do to get there.
async function giveName(page) {
  await page.getByLabel('Your name').fill('Mara Lindqvist')
  await page.getByRole('button', { name: 'Continue' }).click()
}

async function joinFrom(page) {
  await giveName(page)
  const join = page.getByRole('button', { name: /^Join/ }).first()
  await join.and(page.locator(':enabled')).click()
}

async function hasPictures(page) {
  await page.waitForFunction(() =>
    [...document.querySelectorAll('video')].every((video) => video.videoWidth > 0),
  )
}

const call = (name, query, go, extra = {}) => ({
  name: `call-${name}`,
  story: true,
  path: `/stories.html?${query}`,
  go: async (page, options) => {
    await page.waitForSelector('figure')
    await hasPictures(page)
    await go?.(page, options)
  },
  ...extra,
})

async function openMore(page) {
  await page.getByRole('button', { name: 'More' }).click()
}

const ended = (name) => ({
  name: `ended-${name}`,
  story: true,
  path: `/stories.html?ended=${name}`,
  go: (page) => page.waitForSelector('h1'),
})

const refusal = (name, room) => ({
  name: `refused-${name}`,
  path: `/j/${room}#secret`,
  expectErrors: true,
  go: async (page) => {
    await joinFrom(page)
    await page.getByRole('button', { name: 'To the start page' }).waitFor()
  },
})

export const screens = [
  {
    name: 'home',
    path: '/',
    go: (page) => page.getByRole('button', { name: 'New call' }).waitFor(),
  },
  {
    name: 'home-error',
    path: '/',
    go: async (page) => {
      await page.getByLabel('Have a link?').fill('https://other.example/j/a#b')
      await page.getByRole('button', { name: 'Join' }).click()
    },
  },
  { name: 'not-found', path: '/nowhere', go: (page) => page.waitForSelector('h1') },
  {
    name: 'name',
    path: '/j/consultation-2#8fK2',
    go: (page) => page.waitForSelector('h1'),
  },
  {
    name: 'name-error',
    path: '/j/ward-3#8fK2',
    go: (page) => page.getByRole('button', { name: 'Continue' }).click(),
  },
  {
    name: 'devices',
    path: '/j/consultation-2#8fK2',
    settle: 1200,
    go: async (page) => {
      await giveName(page)
      await page.getByText('Ready when you are').waitFor()
      await hasPictures(page)
    },
  },
  {
    name: 'devices-off',
    path: '/j/ward-3#8fK2',
    go: async (page) => {
      await giveName(page)
      await page.getByText('Ready when you are').waitFor()
      await page.getByRole('button', { name: 'Turn camera off' }).click()
      await page.getByText('Your camera is off').waitFor()
    },
  },
  {
    name: 'devices-refused',
    path: '/j/ward-3#8fK2',
    refused: true,
    go: async (page) => {
      await giveName(page)
      await page.getByText('Your camera and microphone are blocked').waitFor()
    },
  },
  {
    name: 'joining',
    path: '/j/ward-3#8fK2',
    go: async (page) => {
      await joinFrom(page)
      await page.getByText('Joining the call').waitFor()
    },
  },
  refusal('expired', 'expired'),
  refusal('full', 'full'),
  refusal('busy', 'busy'),
  refusal('dead', 'dead'),
  ended('left'),
  ended('other_window'),
  ended('server_error'),
  call('1', 'people=1'),
  call('2', 'people=2'),
  call('3', 'people=3'),
  call('5', 'people=5'),
  call('12', 'people=12'),
  call('25', 'people=25'),
  call('share', 'people=9&share'),
  call('reconnecting', 'people=3&reconnecting'),
  call('sound', 'people=3&nosound'),
  call('pinned', 'people=25', async (page) => {
    await page.locator('figure').nth(1).dblclick()
  }),
  call('chat', 'people=3&messages', async (page) => {
    await page.keyboard.press('c')
    await page.getByRole('log').waitFor()
  }),
  call('chat-empty', 'people=2', async (page) => {
    await page.getByRole('button', { name: /^Chat/ }).click()
  }),
  call('people', 'people=12', async (page) => {
    await page.keyboard.press('p')
    await page.getByRole('list', { name: 'People in the call' }).waitFor()
  }),
  call('more', 'people=3', openMore),
  call('muted', 'people=3', async (page) => {
    await page.keyboard.press('m')
    await page.keyboard.press('v')
  }),
  call('devices', 'people=3', async (page) => {
    await openMore(page)
    await page.getByRole('menuitem', { name: 'Devices' }).click()
    await page.getByRole('dialog').waitFor()
  }),
  call('shortcuts', 'people=3', async (page) => {
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
  }),
]
