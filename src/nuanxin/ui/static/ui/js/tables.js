// A table that has no room for its columns becomes a card for each row: each cell says what its column's head said.
// Without script it scrolls sideways, as it does where a cell spans columns.

const NARROW = matchMedia("(width <= 700px)");

function label(cell, words) {
  const content = document.createElement("div");
  content.append(...cell.childNodes);
  cell.append(content);
  cell.dataset.label = words;
}

function dress(table) {
  const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
  const rows = [...table.querySelectorAll("tbody tr")];
  const isPlain = heads.length > 0 && rows.every((row) => row.cells.length === heads.length);
  if (!isPlain || table.clientWidth <= table.parentElement.clientWidth) return;
  for (const row of rows) {
    for (const [column, cell] of [...row.cells].entries()) {
      if (column && heads[column] && !cell.dataset.label) label(cell, heads[column]);
      cell.classList.toggle("table__none", column > 0 && cell.textContent.trim() === "—");
    }
  }
  table.classList.add("table--cards");
}

function dressAll(within) {
  if (NARROW.matches) within.querySelectorAll(".table-wrap > .table:not(.table--cards)").forEach(dress);
}

dressAll(document);
NARROW.addEventListener("change", () => dressAll(document));
document.addEventListener("htmx:afterSettle", (event) => dressAll(event.target));
