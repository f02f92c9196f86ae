// The board's own seconds: clocks run between two fetches, the map is filled again, a lost connection is said once.

const MAP_EVERY = 60_000;
const board = document.getElementById("board");
const now = () => Date.now() + skew;
let skew = 0; // the server's clock, not the wall's

function hands(left) {
  const seconds = Math.floor(Math.abs(left) / 1000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours < 48 ? `${hours}:${two(minutes)}:${two(rest)}` : null;
}

function tick() {
  for (const time of document.querySelectorAll("[data-due]")) {
    const words = hands(Date.parse(time.dataset.due) - now());
    if (words) time.textContent = words;
  }
  const clock = document.querySelector("[data-board-clock]");
  const at = new Date(now()).toLocaleTimeString("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit" });
  if (clock && clock.textContent !== at) clock.textContent = at;
}

async function refillMap() {
  const figure = document.querySelector("[data-board-map]");
  const source = figure?.nuanxinMap?.map.getSource("s0");
  if (!source || document.hidden) return;
  try {
    const answer = await fetch(figure.dataset.layers, { headers: { "X-Poll": "1" } });
    if (answer.ok && !answer.redirected) source.setData(await answer.json());
  } catch {
    say(true);
  }
}

function say(isOffline) {
  const line = document.querySelector(".board__offline");
  if (line) line.textContent = isOffline ? board.dataset.offline : "";
}

document.addEventListener("htmx:afterRequest", (event) => {
  const date = event.detail.xhr?.getResponseHeader("Date");
  if (date) skew = Date.parse(date) - Date.now();
  if (event.detail.failed) say(true);
});
document.addEventListener("htmx:sendError", () => say(true));
document.addEventListener("htmx:afterSettle", tick);
document.querySelector("[data-board-full]")?.addEventListener("click", () => document.documentElement.requestFullscreen?.());

if (board) {
  tick();
  setInterval(tick, 1000);
  setInterval(refillMap, MAP_EVERY);
}
