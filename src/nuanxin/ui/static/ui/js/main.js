// The one module every page loads; the rest is fetched only where the page needs it.
import "./alpine.js";
import "./live.js";
import "./prefs.js";

if (document.querySelector("[data-map]")) import("./map.js");
if (document.querySelector("[data-photos]")) import("./photos.js");
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.querySelector?.("[data-map]")) import("./map.js").then((module) => module.start(event.target));
  if (event.target.querySelector?.("[data-photos]")) import("./photos.js");
});
