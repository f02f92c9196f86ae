// The queue beside the case: opened in place where there is room, refreshed while somebody looks, focus kept.

const EVERY = 20000;
const WIDE = window.matchMedia("(width >= 1100px)");
const queue = () => document.getElementById("queue"); // asked each time: going back puts another one there

const pathOf = (href) => new URL(href, location.href).pathname;
const shown = () => document.getElementById("case")?.dataset.number ?? "";

function mark() {
  for (const row of queue()?.querySelectorAll("[data-number]") ?? []) {
    const current = row.dataset.number === shown();
    row.classList.toggle("queue__row--current", current);
    const link = row.querySelector(".queue__link");
    if (current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function remember(number) {
  const address = new URL(location.href);
  address.searchParams.set("case", number);
  history.replaceState(history.state, "", address);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("#queue .queue__link");
  if (!link || !WIDE.matches || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const { number } = link.closest("[data-number]").dataset;
  window.htmx.ajax("GET", link.href, { target: "#detail", swap: "innerHTML" }).then(() => {
    document.getElementById("detail").scrollTop = 0;
    remember(number);
    mark();
  });
});

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close-step]");
  const step = close?.closest("#step");
  if (!step || !document.querySelector("#case .case__grid")) return;
  event.preventDefault();
  step.replaceChildren();
});

// Enter in a filter is a change and a submit: the one under way is enough.
document.addEventListener(
  "submit",
  (event) => {
    if (event.target.id !== "queue-filters" || !event.target.classList.contains("htmx-request")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

// --- refreshing ---------------------------------------------------------------------------------------------------
let focused = "";

function refresh(headers = {}) {
  const list = queue();
  const url = list?.querySelector("[data-poll]")?.dataset.poll;
  if (!url || list.classList.contains("htmx-request")) return;
  if (headers["X-Poll"] && list.querySelector("[data-pick]:checked, details[open]")) return; // not under one's hands
  window.htmx.ajax("GET", url, { target: "#queue", swap: "innerHTML", headers });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const list = queue();
  if (!list || event.detail.target !== list) return;
  const active = document.activeElement;
  focused = active && list.contains(active) && active.href ? pathOf(active.href) + new URL(active.href).search : "";
});

document.addEventListener("htmx:afterSettle", (event) => {
  const list = queue();
  if (!list || event.detail.target !== list) return;
  mark();
  if (!focused) return;
  const same = [...list.querySelectorAll("a[href]")].find((link) => link.getAttribute("href") === focused);
  same?.focus({ preventScroll: true });
  focused = "";
});

document.addEventListener("queue-changed", () => refresh());

if (queue()) {
  // `X-Poll` says that nobody is working here: looking at a list does not keep a session alive.
  setInterval(() => document.hidden || refresh({ "X-Poll": "1" }), EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || refresh({ "X-Poll": "1" }));
  mark();
}

// A pin that is moved says where: the choice follows it.
document.addEventListener("pin-moved", () => {
  const pin = document.querySelector('input[name="place_by"][value="pin"]');
  if (pin) pin.checked = true;
});
