// The one module every page loads; the rest is fetched only where the page needs it.
import "./live.js";
import "./prefs.js";

const PIECES = {
  "[data-upload]": () => import("./upload.js"),
  ".photos": () => import("./photos.js"),
  "[data-map]": (root) => import("./map.js").then((module) => module.start(root)),
  "[data-opening]": () => import("./opening.js"),
  "[x-data]": () => import("./alpine.js"),
};

function load(root) {
  for (const [selector, fetchPiece] of Object.entries(PIECES)) {
    if (root.querySelector?.(selector)) fetchPiece(root).catch(() => {}); // without signal the page stands without it
  }
}

load(document);
document.addEventListener("htmx:afterSettle", ({ target }) => load(target));
