// The brush: rectangles over a picture, drawn by finger, mouse or keys. The rows of numbers beside it are what is sent;
// everything here only fills them in, so that without this file they are filled in by hand.

const form = document.querySelector("[data-brush]");
const surface = form?.querySelector("[data-brush-surface]");
const layer = form?.querySelector("[data-brush-layer]");
const list = form?.querySelector("[data-areas]");
const template = form?.querySelector("[data-area-template]");
const none = form?.querySelector("[data-areas-none]");
const unsaved = form?.querySelector("[data-brush-unsaved]");
const releaseButton = form?.querySelector("[data-brush-release]");
const undoButton = form?.querySelector("[data-brush-undo]");
const SVG = "http://www.w3.org/2000/svg";
const SIDES = ["x", "y", "w", "h"];
const SMALLEST = 0.8; // per cent; less is a slip of the hand
const past = []; // earlier states of all rows, the latest last

const rows = () => [...list.querySelectorAll("[data-area]")];
const field = (row, name) => row.querySelector(`[name="${name}"]`);
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

function read(row) {
  const area = Object.fromEntries(SIDES.map((side) => [side, Number(field(row, side).value)]));
  return { ...area, kind: field(row, "kind").value, by: field(row, "by").value };
}

function write(row, area) {
  const w = clamp(area.w, SMALLEST, 100);
  const h = clamp(area.h, SMALLEST, 100);
  const whole = { w, h, x: clamp(area.x, 0, 100 - w), y: clamp(area.y, 0, 100 - h) };
  for (const side of SIDES) field(row, side).value = whole[side].toFixed(1);
  if (area.kind) field(row, "kind").value = area.kind;
  if (area.by) field(row, "by").value = area.by;
}

const isEmpty = (row) => !Number(field(row, "w").value) || !Number(field(row, "h").value);
const all = () => rows().filter((row) => !isEmpty(row)).map(read);
const told = (areas) => JSON.stringify(areas);

function newRow(area) {
  const row = template.content.firstElementChild.cloneNode(true);
  list.append(row);
  if (area) write(row, area);
  return row;
}

function show(areas) {
  list.replaceChildren();
  for (const area of areas) newRow(area);
  draw();
}

// --- drawing what the rows say ----------------------------------------------------------------------------------------
let saved = [];
let chosen = null;
const shapes = new Map();

function shape(area, extra) {
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("class", `brush__area brush__area--${area.kind}${extra}`);
  for (const [name, side] of [["x", "x"], ["y", "y"], ["width", "w"], ["height", "h"]]) rect.setAttribute(name, area[side]);
  return rect;
}

function place(rect, area) {
  for (const [name, side] of [["x", "x"], ["y", "y"], ["width", "w"], ["height", "h"]]) rect.setAttribute(name, area[side]);
}

function draw() {
  const before = new Set(saved.map(told));
  const now = new Set(all().map(told));
  const focused = [...shapes].find(([, rect]) => rect === document.activeElement)?.[0];
  shapes.clear();
  layer.replaceChildren(...saved.filter((area) => !now.has(told(area))).map((area) => shape(area, " brush__area--gone")));
  for (const row of rows().filter((each) => !isEmpty(each))) {
    const area = read(row);
    const rect = shape(area, before.has(told(area)) ? "" : " brush__area--new");
    rect.setAttribute("tabindex", "0");
    rect.setAttribute("role", "button");
    rect.setAttribute("aria-label", field(row, "kind").selectedOptions[0].textContent);
    if (row === chosen) rect.classList.add("brush__area--chosen");
    shapes.set(row, rect);
    layer.append(rect);
  }
  shapes.get(focused)?.focus({ preventScroll: true });
  for (const row of rows()) row.classList.toggle("areas__one--chosen", row === chosen);
  const changed = told(all()) !== told(saved);
  unsaved.hidden = !changed;
  none.hidden = rows().length > 0;
  undoButton.disabled = past.length === 0;
  if (releaseButton) releaseButton.disabled = changed;
}

// Within the list only: the picture stays where it is.
function reveal(row) {
  const [box, own] = [list.getBoundingClientRect(), row.getBoundingClientRect()];
  if (own.top < box.top || own.bottom > box.bottom) list.scrollTop += own.top - box.top - 8;
}

function choose(row) {
  if (chosen === row) return;
  chosen = row;
  draw();
  if (row) reveal(row);
}

// Before every change: what there was, so that it can be taken back. Steps of one key are one change.
let lastChange = "";
function remember(what = "") {
  if (what && what === lastChange) return;
  lastChange = what;
  past.push(all());
}

function undo() {
  const before = past.pop();
  if (!before) return;
  lastChange = "";
  chosen = null;
  show(before);
}

function add(area) {
  remember();
  for (const row of rows().filter(isEmpty)) row.remove();
  const row = newRow({ kind: "other", by: "hand", ...area });
  chosen = row;
  draw();
  reveal(row);
  return row;
}

function remove(row) {
  remember();
  row.remove();
  if (chosen === row) chosen = null;
  draw();
}

// --- pointer --------------------------------------------------------------------------------------------------------
let drag = null;

function at(event) {
  const box = layer.getBoundingClientRect();
  return {
    x: clamp(((event.clientX - box.left) / box.width) * 100, 0, 100),
    y: clamp(((event.clientY - box.top) / box.height) * 100, 0, 100),
  };
}

const rowOf = (rect) => [...shapes].find(([, each]) => each === rect)?.[0];

function down(event) {
  if (event.button) return;
  event.preventDefault();
  const row = rowOf(event.target);
  drag = { from: at(event), row, start: row && read(row), moved: false };
  layer.setPointerCapture(event.pointerId);
  if (row) choose(row);
}

function move(event) {
  if (!drag) return;
  const to = at(event);
  const [dx, dy] = [to.x - drag.from.x, to.y - drag.from.y];
  if (!drag.moved && Math.hypot(dx, dy) < 0.6) return;
  if (!drag.moved && drag.start) remember();
  drag.moved = true;
  if (drag.start) {
    write(drag.row, { ...drag.start, x: drag.start.x + dx, y: drag.start.y + dy, by: "hand" });
    draw();
    return;
  }
  const area = {
    x: Math.min(drag.from.x, to.x),
    y: Math.min(drag.from.y, to.y),
    w: Math.abs(dx),
    h: Math.abs(dy),
    kind: "other",
  };
  drag.area = area;
  if (!drag.ghost) layer.append((drag.ghost = shape(area, " brush__area--new")));
  place(drag.ghost, area);
}

function up() {
  const done = drag;
  drag = null;
  done?.ghost?.remove();
  if (done?.area && done.area.w >= SMALLEST && done.area.h >= SMALLEST) {
    const row = add(done.area);
    shapes.get(row)?.focus({ preventScroll: true });
  } else if (done && !done.moved) shapes.get(done.row)?.focus({ preventScroll: true });
}

// --- keys -----------------------------------------------------------------------------------------------------------
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function press(event) {
  const row = rowOf(event.target);
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    remove(row);
    return;
  }
  const [dx, dy] = ARROWS[event.key] ?? [];
  if (dx === undefined) return;
  event.preventDefault();
  remember(`${rows().indexOf(row)}${event.shiftKey}`);
  const area = read(row);
  if (event.shiftKey) write(row, { ...area, w: area.w + dx, h: area.h + dy, by: "hand" });
  else write(row, { ...area, x: area.x + dx, y: area.y + dy, by: "hand" });
  draw();
}

function shortcut(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const typing = event.target.closest("input, textarea, select");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && form && !typing) {
    event.preventDefault();
    undo();
  }
  if (event.key.toLowerCase() !== "n" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
  if (!unsaved || unsaved.hidden) document.querySelector("[data-next-picture]")?.click();
}

document.addEventListener("keydown", shortcut);

if (form) {
  for (const row of rows().filter(isEmpty)) row.remove();
  saved = all();
  layer.addEventListener("pointerdown", down);
  layer.addEventListener("pointermove", move);
  layer.addEventListener("pointerup", up);
  layer.addEventListener("pointercancel", () => { drag?.ghost?.remove(); drag = null; });
  layer.addEventListener("keydown", press);
  layer.addEventListener("focusin", (event) => choose(rowOf(event.target) ?? chosen));
  list.addEventListener("focusin", (event) => choose(event.target.closest("[data-area]")));
  list.addEventListener("change", (event) => {
    const row = event.target.closest("[data-area]");
    if (row && event.target.name !== "by") field(row, "by").value = "hand";
    draw();
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-area-remove]");
    if (button) remove(button.closest("[data-area]"));
  });
  form.querySelector("[data-brush-add]").addEventListener("click", () => {
    const row = add({ x: 40, y: 40, w: 20, h: 20 });
    shapes.get(row)?.focus({ preventScroll: true });
  });
  undoButton.addEventListener("click", undo);
  surface.classList.add("brush--ready");
  draw();
}
