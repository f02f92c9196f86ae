// Theme and type size at once, without waiting for the page: the form still works where this does not run.

const ATTRIBUTES = { nx_theme: "theme", nx_text: "text" };
const OPPOSITE = { dark: "light", light: "dark", large: "normal", normal: "large" };

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-preferences]");
  if (!form || !event.submitter) return;
  const { name, value } = event.submitter;
  if (name !== "nx_text") return; // the theme button changes its words too: let the server say them
  event.preventDefault();
  document.documentElement.dataset[ATTRIBUTES[name]] = value;
  event.submitter.setAttribute("aria-pressed", String(value === "large"));
  const body = new FormData(form);
  body.set(name, value);
  event.submitter.value = OPPOSITE[value];
  await fetch(form.action, { method: "POST", body, redirect: "manual" });
});
