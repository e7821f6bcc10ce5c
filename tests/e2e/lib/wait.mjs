// Waiting for something to become true, with a deadline and a sentence that says what was missing. Never a bare sleep.
export async function until(what, condition, timeout = 15000) {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${timeout} ms in vain for: ${what}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

export function event(emitter, name, { filter = () => true, timeout = 15000 } = {}) {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => {
      emitter.off(name, listener);
      failed(new Error(`no '${String(name)}' event within ${timeout} ms`));
    }, timeout);
    const listener = (...args) => {
      if (!filter(...args)) return;
      clearTimeout(timer);
      emitter.off(name, listener);
      done(args);
    };
    emitter.on(name, listener);
  });
}
