// Fetches a part of the page again while somebody looks at it; rests while the page is hidden.

const EVERY = 30_000;
const parts = document.querySelectorAll("[data-refresh]");

function refresh() {
  if (document.hidden || !navigator.onLine) return;
  for (const part of parts) window.htmx?.trigger(part, "refresh");
}

if (parts.length) {
  setInterval(refresh, EVERY);
  document.addEventListener("visibilitychange", refresh);
}
