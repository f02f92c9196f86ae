// The keyboard and the ticks of the queue. A key that somebody types is a letter: never inside a field, never while an
// input method composes. J, K and / are everywhere (ui/js/live.js); here is what only the workbench has.

const TYPING = 'input:not([type="checkbox"]), textarea, select, [contenteditable], dialog';
const picks = () => [...document.querySelectorAll("#queue [data-pick]")];
const picked = () => picks().filter((box) => box.checked);
const rowOf = (element) => element?.closest(".queue__row");
let last = ""; // the number that was ticked last: where a stretch begins

function show() {
  const boxes = picks();
  const chosen = boxes.filter((box) => box.checked).length;
  const count = document.querySelector("[data-pick-count]");
  if (count) count.textContent = chosen ? count.dataset.words.replace("{n}", chosen) : "";
  const all = document.querySelector("[data-pick-all]");
  if (!all) return;
  all.checked = chosen > 0 && chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
}

function stretch(to) {
  const boxes = picks();
  const from = boxes.findIndex((box) => box.value === last);
  const until = boxes.indexOf(to);
  if (from < 0 || until < 0) return;
  for (const box of boxes.slice(Math.min(from, until), Math.max(from, until) + 1)) box.checked = to.checked;
}

function pick(box, ranged) {
  if (ranged) stretch(box);
  last = box.value;
  show();
}

function pickAll(checked) {
  for (const box of picks()) box.checked = checked;
  show();
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-pick]");
  if (box) pick(box, event.shiftKey);
  if (event.target.closest("[data-pick-none]")) pickAll(false);
  if (event.target.closest("[data-keys-help]")) document.getElementById("keys")?.showModal();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-all]")) pickAll(event.target.checked);
});
document.addEventListener("htmx:afterSettle", show);
show();

// --- keys ---------------------------------------------------------------------------------------------------------
function tick(ranged) {
  const row = rowOf(document.activeElement) ?? document.querySelector("#queue .queue__row--current");
  const box = row?.querySelector("[data-pick]");
  if (!box) return;
  box.checked = ranged ? true : !box.checked;
  pick(box, ranged);
}

// The first button of the case that is shown; without one, the row that has the focus is opened.
function next() {
  const first = document.querySelector("#case .action-bar .button--primary, #case ~ .action-bar .button--primary");
  if (first) first.click();
  else rowOf(document.activeElement)?.querySelector(".queue__link")?.click();
}

function leave() {
  const step = document.querySelector("#step [data-close-step]");
  if (step) step.click();
  else pickAll(false);
}

const KEYS = {
  x: () => tick(false),
  X: () => tick(true),
  a: () => pickAll(picked().length < picks().length),
  e: next,
  b: () => picked().length && document.querySelector("#bulk button")?.click(),
  "?": () => document.getElementById("keys")?.showModal(),
  Escape: leave,
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
  if (event.metaKey || event.ctrlKey || event.altKey || event.repeat) return;
  if (event.target.closest(TYPING)) return;
  const act = KEYS[event.key];
  if (!act) return;
  if (event.key !== "Escape") event.preventDefault();
  act();
});
