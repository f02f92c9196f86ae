// Small helpers around htmx and plain pages: refusals, toasts, keyboard in lists, menus, printing.

const TOAST_FOR = 6000;
const SENDING = 5000;

document.addEventListener("htmx:beforeSwap", (event) => {
  // A refusal that names its own place (a toast) is shown; any other error leaves the page as it was.
  if (event.detail.xhr.getResponseHeader("HX-Retarget")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, () => {
    const words = document.getElementById("toast-failed")?.content.cloneNode(true);
    if (words) document.getElementById("toasts").append(words);
  });
}

// A form names the choice that late search results must not untick: <form data-keeps="category">.
document.addEventListener("change", ({ target }) => {
  const form = target.type === "radio" && target.closest(`form[data-keeps="${target.name}"]`);
  if (form) form.dataset.kept = target.value;
});

document.addEventListener("htmx:afterSwap", (event) => {
  const form = event.target.closest?.("form[data-kept]");
  const radios = [...(form?.querySelectorAll(`input[name="${form.dataset.keeps}"]`) ?? [])];
  if (radios.some((radio) => radio.checked)) return;
  const same = radios.find((radio) => radio.value === form.dataset.kept);
  if (same) same.checked = true;
});

// A list that was narrowed in place is exported as it is narrowed now, which the address says.
document.addEventListener("submit", ({ target }) => {
  if (!target.matches("form[data-export]")) return;
  const address = new URL(target.action);
  const form = address.searchParams.get("form");
  address.search = location.search;
  if (form) address.searchParams.set("form", form);
  target.action = address;
});

// A second press while the first is under way sends nothing; after a while, or when the page comes back, it may again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
  if (Date.now() - Number(form.dataset.sent ?? 0) < SENDING) event.preventDefault();
  else form.dataset.sent = Date.now();
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

function watchToast(toast) {
  if (toast.dataset.watched) return;
  toast.dataset.watched = "yes";
  const isError = toast.classList.contains("toast--error");
  if (!isError) setTimeout(() => toast.remove(), TOAST_FOR);
}

const toasts = document.getElementById("toasts");
if (toasts) {
  toasts.querySelectorAll("[data-toast]").forEach(watchToast);
  new MutationObserver(() => toasts.querySelectorAll("[data-toast]").forEach(watchToast)).observe(toasts, {
    childList: true,
  });
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest("[data-toast]")?.remove();
  if (event.target.closest("[data-print]")) window.print();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => (menu.open = false));
  if (event.defaultPrevented || event.isComposing || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.target.closest('input:not([type="checkbox"]), textarea, select, [contenteditable], dialog')) return;
  if (event.key === "/") return focusHotkey(event);
  if (event.key === "j" || event.key === "k") moveInQueue(event.key === "j" ? 1 : -1);
});

function focusHotkey(event) {
  const field = document.querySelector('[data-hotkey="/"]');
  if (!field) return;
  event.preventDefault();
  field.focus();
}

function moveInQueue(step) {
  const links = [...document.querySelectorAll("[data-queue] .queue__link")];
  if (!links.length) return;
  const row = document.activeElement?.closest(".queue__row");
  const at = links.indexOf(row?.querySelector(".queue__link"));
  links[Math.min(Math.max(at + step, 0), links.length - 1)].focus();
}

// Signing out: <form data-forgets="key"> takes along what the phone remembers of the account under that key.
document.addEventListener("submit", ({ target }) => {
  try {
    if (target.dataset.forgets) localStorage.removeItem(target.dataset.forgets);
  } catch {
    // a browser without storage remembers nothing
  }
});

document.querySelector("[data-focus]")?.focus();
