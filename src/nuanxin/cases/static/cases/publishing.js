// The kinds that may be public: found, switched together and counted on the page; nothing is saved before the button.

const form = document.querySelector("form[data-kinds]");
const groups = [...form.querySelectorAll("[data-group]")];
const was = new Set(form.elements.was.value.split(" "));
const plain = (text) => text.toLowerCase().replaceAll(" ", "");
const boxes = (group) => [...group.querySelectorAll('input[name="on"]')];
const free = (group) => boxes(group).filter((box) => !box.closest("li").hidden);

function count() {
  let changed = 0;
  for (const group of groups) {
    const ticked = boxes(group).filter((box) => box.checked);
    group.querySelector("[data-on]").textContent = ticked.length;
    changed += boxes(group).filter((box) => box.checked !== was.has(box.value)).length;
    const button = group.querySelector("[data-all]");
    if (!button) continue;
    const all = free(group).every((box) => box.checked);
    button.value = `${all ? "close" : "open"}-${group.dataset.group}`;
    button.hidden = !free(group).length;
    button.querySelector("[data-open]").hidden = all;
    button.querySelector("[data-close]").hidden = !all;
  }
  form.querySelector("[data-n]").textContent = changed;
  form.querySelector("[data-changed]").hidden = !changed;
  form.querySelector("[data-same]").hidden = Boolean(changed);
}

function find() {
  const needle = plain(form.elements.q.value);
  for (const group of groups) {
    const rows = [...group.querySelectorAll("[data-words]")];
    for (const row of rows) row.hidden = !plain(row.dataset.words).includes(needle);
    group.hidden = rows.every((row) => row.hidden);
    group.querySelector("details").open = Boolean(needle);
  }
  form.querySelector("[data-none]").hidden = groups.some((group) => !group.hidden);
  count();
}

form.addEventListener("change", ({ target }) => target.name === "on" && count());
form.elements.q.addEventListener("input", find);
form.addEventListener("submit", (event) => {
  if (event.submitter?.value === "find") event.preventDefault();
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-all]");
  if (!button) return;
  event.preventDefault();
  const on = button.value.startsWith("open");
  const group = button.closest("[data-group]");
  for (const box of free(group)) box.checked = on;
  group.querySelector("details").open = true;
  count();
});
count(); // going back in the browser keeps the boxes as they were left
