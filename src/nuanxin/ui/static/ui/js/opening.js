// The editor of opening hours: copies a day to others, adds rows, and writes the expression while it grows.
// The form works without any of it; what is stored is made from the fields by the server.

const NAMES = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
const TIMES = ["start", "end", "rest_start", "rest_end"];

/**
 * The expression of a table, as the server writes it (kernel/opening/week.py).
 * week: {days: seven lists of spans "09:00-12:00", on_holidays, holiday_hours, holiday_words, make_up}
 */
export function weekText(week) {
  const groups = new Map();
  week.days.forEach((spans, number) => {
    const key = spans.join(",");
    groups.set(key, [...(groups.get(key) ?? []), number]);
  });
  const usual = week.on_holidays === "usual";
  if (usual && groups.size === 1 && groups.has("00:00-24:00")) return "24/7";
  const rules = [...groups].filter(([spans]) => spans).map(([spans, days]) => `${dayText(days, usual || week.make_up)} ${spans}`);
  const words = week.holiday_words.replaceAll('"', "").trim();
  if (week.on_holidays === "closed") rules.push("PH off");
  if (week.on_holidays === "hours") rules.push(`PH ${week.holiday_hours.join(",")}`);
  if (week.on_holidays === "unknown") rules.push(words ? `PH unknown "${words}"` : "PH unknown");
  return rules.join("; ") || "off";
}

function dayText(numbers, asOne) {
  const runs = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run && run.at(-1) === number - 1) run.push(number);
    else runs.push([number]);
  }
  const cuts = runs.flatMap((run) => (!asOne && run[0] === 0 && run.length >= 5 ? [run.slice(0, 4), run.slice(4)] : [run]));
  return cuts.map((run) => (run.length === 1 ? NAMES[run[0]] : `${NAMES[run[0]]}-${NAMES[run.at(-1)]}`)).join(",");
}

const fieldOf = (box, key) => box.querySelector(`[name="${box.dataset.name}-${key}"]`);
const chosen = (box, key) => box.querySelector(`[name="${box.dataset.name}-${key}"]:checked`)?.value;
const valueOf = (box, key) => asTime(fieldOf(box, key)?.value ?? "");

/** `09:00` from what is typed on a pad of figures: `0900`, `900`, `9`; midnight is 00:00. Unreadable is "". */
export function asTime(typed) {
  const [, hours, minutes = "0"] = typed.trim().match(/^(\d{1,2})(?:[:：.]?(\d{2}))?$/) ?? [];
  if (hours === undefined || minutes > 59 || hours * 60 + Number(minutes) > 24 * 60) return "";
  return `${String(hours % 24).padStart(2, "0")}:${minutes.padStart(2, "0")}`;
}

/** The spans of a day or of holidays; null while something is missing. */
function spansOf(box, place) {
  const [start, end, rest, again] = TIMES.map((key) => valueOf(box, `${place}-${key}`));
  if (!start || !end || !rest !== !again) return null;
  const last = end === "00:00" ? "24:00" : end;
  return rest ? [`${start}-${rest}`, `${again}-${last}`] : [`${start}-${last}`];
}

function weekOf(box) {
  const days = [];
  for (const number of NAMES.keys()) {
    const mode = fieldOf(box, `${number}-mode`).value;
    const spans = { closed: [], always: ["00:00-24:00"], same: days.at(-1) ?? [] }[mode] ?? spansOf(box, number);
    if (!spans) return null;
    days.push(spans);
  }
  const on_holidays = chosen(box, "holidays") ?? "usual";
  const holiday_hours = on_holidays === "hours" ? spansOf(box, "holidays") : [];
  if (!holiday_hours) return null;
  return { days, on_holidays, holiday_hours, holiday_words: fieldOf(box, "holidays_words").value, make_up: chosen(box, "make_up") === "1" };
}

function write(box) {
  const week = weekOf(box);
  box.querySelector("[data-opening-written]").textContent = week ? weekText(week) : "…";
}

function copyDay(box, from, to) {
  for (const number of to) {
    if (number === from) continue;
    for (const key of ["mode", ...TIMES]) fieldOf(box, `${number}-${key}`).value = fieldOf(box, `${from}-${key}`).value;
  }
}

function copy(button) {
  const box = button.closest("[data-opening]");
  const from = Number(button.closest("[data-day]").dataset.day);
  const mode = fieldOf(box, `${from}-mode`);
  if (mode.value === "same") copyDay(box, from - 1, [from]);
  copyDay(box, from, button.dataset.copy.split(",").map(Number));
  button.closest("details").open = false;
  button.closest("details").querySelector("summary").focus();
  write(box);
}

function addRow(button) {
  const rows = button.parentElement.querySelector("[data-opening-rows]");
  const template = rows.querySelector("template");
  const row = template.content.firstElementChild.cloneNode(true);
  const numbers = [...rows.querySelectorAll('[name$="-first"]')].map((field) => Number(field.name.match(/-(\d+)-first$/)[1]));
  const next = Math.max(-1, ...numbers) + 1;
  for (const field of row.querySelectorAll("[name]")) field.name = field.name.replace("__n__", next);
  template.before(row);
  row.querySelector("input").focus();
}

function start() {
  for (const box of document.querySelectorAll("[data-opening]:not([data-started])")) {
    box.dataset.started = "";
    for (const piece of box.querySelectorAll(".opening__copy, [data-opening-add]")) piece.hidden = false;
    for (const row of box.querySelectorAll(".opening__change")) {
      if ([...row.querySelectorAll("input")].every((field) => !field.value)) row.remove(); // spare, for want of scripts
    }
  }
}

if (globalThis.document) {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-copy], [data-opening-add]");
    if (!button?.closest("[data-opening]")) return;
    if (button.matches("[data-copy]")) copy(button);
    else addRow(button);
  });
  document.addEventListener("input", ({ target }) => {
    const box = target.closest?.("[data-opening]");
    if (box && target.closest(".opening__table")) write(box);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.matches?.(".opening__time")) target.value = asTime(target.value) || target.value;
  });
  document.addEventListener("htmx:afterSettle", start);
  start();
}
