// The page that the phone kept: what a server would have known of how it is shown.
const ATTRIBUTES = { nx_theme: "theme", nx_text: "text" };

for (const pair of document.cookie.split("; ")) {
  const [name, value] = pair.split("=");
  if (ATTRIBUTES[name]) document.documentElement.dataset[ATTRIBUTES[name]] = value;
}
