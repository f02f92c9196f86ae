// Photo picker with previews. The file input stays the truth, so the form works as any form does.
//
// <div data-upload data-max="6">: tells `photos-changed` (detail.count); hears `photos-drop` (empties it) and
// `photos-give` (detail.files: these are in it now).

const urls = new WeakMap();

const urlOf = (file) => urls.get(file) ?? urls.set(file, URL.createObjectURL(file)).get(file);
const inputOf = (box) => box.querySelector("[data-photos-input]");
const say = (box, text) => (box.querySelector(".upload__message").textContent = text);

function show(box, files) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  inputOf(box).files = transfer.files;
  box.photos = files;
  const list = box.querySelector(".upload__previews");
  const template = list.querySelector("template");
  list.replaceChildren(template, ...files.map((file) => preview(template, file)));
  box.dispatchEvent(new CustomEvent("photos-changed", { bubbles: true, detail: { count: files.length } }));
}

function preview(template, file) {
  const item = template.content.firstElementChild.cloneNode(true);
  const image = item.querySelector("img");
  image.src = urlOf(file);
  image.alt = file.name;
  item.querySelector("[data-photo-remove]").file = file;
  return item;
}

function take(box, files) {
  const known = box.photos ?? [];
  const all = [...known, ...[...files].filter((file) => !known.includes(file))];
  const limit = Number(box.dataset.max);
  say(box, all.length > limit ? box.querySelector("[data-too-many]").dataset.tooMany : "");
  show(box, all.slice(0, limit));
}

document.addEventListener("change", ({ target }) => {
  const box = target.closest?.("[data-upload]");
  if (!box || !target.matches("[data-photos-input], [data-photos-album]")) return;
  const fresh = [...target.files];
  if (target.matches("[data-photos-album]")) target.value = ""; // a second way in; its files join those of the camera
  take(box, fresh);
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-photo-remove]");
  const box = button?.closest("[data-upload]");
  if (!box) return;
  say(box, "");
  show(box, box.photos.filter((file) => file !== button.file));
  inputOf(box).focus();
});

for (const [name, files] of [["photos-drop", () => []], ["photos-give", ({ detail }) => [...detail.files]]]) {
  document.addEventListener(name, (event) => {
    const box = event.target.closest?.("[data-upload]");
    if (!box) return;
    say(box, "");
    show(box, files(event));
  });
}

// Chosen before this module had arrived.
for (const input of document.querySelectorAll("[data-photos-input]")) {
  const box = input.closest("[data-upload]");
  if (input.files.length && !box.photos) take(box, [...input.files]);
}
