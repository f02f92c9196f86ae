// The worker that keeps pages for when there is no signal. It only improves: no page waits for it.
const AFTER = 3_000; // ms: the page first

/** `url` empty: there is none to be had from here. */
export function startWorker(url, after = AFTER) {
  if (!url) return;
  const address = `${url}?language=${document.documentElement.lang}`;
  const start = () => navigator.onLine && navigator.serviceWorker?.register(address, { type: "module", scope: "/" }).catch(() => {});
  setTimeout(start, after);
}
