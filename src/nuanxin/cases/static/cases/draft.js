// From the form to what can be kept on the phone, and back.
import { dropDraft, keepDraft } from "./outbox.js";

const LONGEST = 1600; // px; the server keeps 2048 at most
const QUALITY = 0.8;
const LIGHT = 700_000; // bytes; below that it goes as it is
const THUMB = 128;
const WEEK = 7 * 86_400_000;

const PAUSE = 400; // ms after the last letter
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "kind_words", "compound_words", "captured_at", "key"]);

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `phone-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

// --- Photos: no larger than the server keeps them, and so small that a slow line can carry them ------------------
const lightened = new WeakMap();

/** The same file gives the same bytes each time, so that a second attempt is the same submission. */
export function lighten(file) {
  if (!lightened.has(file)) lightened.set(file, lighter(file).catch(() => file));
  return lightened.get(file);
}

async function lighter(file) {
  if (file.size <= LIGHT || !file.type.startsWith("image/")) return file;
  const blob = await drawn(file, LONGEST, (canvas) => new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY)));
  return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg", lastModified: file.lastModified }) : file;
}

/** A small picture as a data URL; empty where the phone cannot read the file. */
export async function thumbOf(file) {
  try {
    return await drawn(file, THUMB, (canvas) => canvas.toDataURL("image/jpeg", 0.7));
  } catch {
    return "";
  }
}

async function drawn(file, longest, use) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return use(canvas);
}

/** When it was taken, as far as the phone says; a picture from the album may be days old. */
export function takenAt(file, now = Date.now()) {
  return file && file.lastModified <= now && file.lastModified > now - WEEK ? file.lastModified : now;
}

// --- The form -----------------------------------------------------------------------------------------------------
/** What the form holds, photos made small; see outbox.js for the shape. */
export async function entryFrom(form, owner) {
  const fields = [];
  const files = [];
  for (const [name, value] of new FormData(form)) {
    if (value instanceof File) {
      if (value.size) files.push([name, await lighten(value)]);
    } else if (value && !NOT_KEPT.has(name)) fields.push([name, value]);
  }
  const { kept, captured } = form.dataset; // the kind that was ticked, where the list shows other ones by now
  if (kept && !fields.some(([name]) => name === "category")) fields.push(["category", kept]);
  const photo = files.find(([name]) => name === "photos")?.[1];
  return {
    owner,
    key: form.elements.key.value,
    fields,
    files,
    thumb: photo ? await thumbOf(photo) : "",
    names: { kind: form.querySelector("input[name=category]:checked")?.dataset.name ?? "", place: placeName(form) },
    captured: Number(captured) || takenAt(photo),
    problems: {},
  };
}

function placeName(form) {
  const way = form.querySelector("input[name=place_by]:checked")?.closest(".way");
  if (!way) return "";
  const named = way.querySelector("input[name=compound]:checked")?.closest(".choice") ?? way.querySelector(".report__where");
  if (!named && way.querySelector("input[value=point]")) return "";
  const text = (named ?? way.querySelector(".choice")).querySelector(".choice__text, strong").firstChild;
  return text.textContent.trim();
}

/** Put it back. The place on the map must stand in the page already (`Report.openPlace`). */
export function fill(form, entry) {
  const given = Object.fromEntries(entry.fields);
  form.elements.key.value = entry.key;
  form.dataset.captured = entry.captured;
  form.elements.text.value = given.text ?? "";
  form.elements.address.value = given.address ?? "";
  const photos = entry.files.filter(([name]) => name === "photos").map(([, file]) => file);
  form.querySelector("[data-upload]")?.dispatchEvent(new CustomEvent("photos-give", { bubbles: true, detail: { files: photos } }));
  const voices = entry.files.filter(([name]) => name === "voice").map(([, file]) => file);
  form.querySelector("[data-voice]")?.dispatchEvent(new CustomEvent("voice-give", { detail: { files: voices } }));
  fillPlace(form, given, entry.names.place);
  const kind = given.category && form.querySelector(`input[name=category][value="${CSS.escape(given.category)}"]`);
  if (kind) kind.checked = true;
  if (given.category) form.dataset.kept = given.category;
}

function fillPlace(form, given, name) {
  const way = given.place_by && form.querySelector(`input[name=place_by][value="${CSS.escape(given.place_by)}"]`);
  if (way) way.checked = true;
  for (const part of ["lng", "lat", "accuracy_m", "agreed"]) if (given[part] && form.elements[part]) form.elements[part].value = given[part];
  const territory = given.territory_other ?? given.territory;
  if (territory && form.elements.territory) form.elements.territory.value = territory;
  if (given.compound) chooseCompound(form, given.compound, name);
}

function chooseCompound(form, id, name) {
  const known = form.querySelector(`input[name=compound][value="${CSS.escape(id)}"]`);
  if (known) return void (known.checked = true);
  const label = document.createElement("label");
  label.className = "choice";
  const input = Object.assign(document.createElement("input"), { type: "radio", name: "compound", value: id, checked: true });
  const words = Object.assign(document.createElement("span"), { className: "choice__text", textContent: name });
  label.append(input, words);
  form.querySelector("#compound-options").prepend(label);
}

/** Keeps what is being written, so that a closed tab loses nothing. */
export class Draft {
  constructor(form, owner) {
    this.form = form;
    this.owner = owner;
    for (const name of ["input", "change", "photos-changed", "pin-moved"]) form.addEventListener(name, () => this.soon());
    document.addEventListener("visibilitychange", () => document.hidden && this.timer && this.now());
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), PAUSE);
  }

  async now() {
    clearTimeout(this.timer);
    this.timer = null;
    if (!this.owner || this.isPaused) return;
    const entry = await entryFrom(this.form, this.owner);
    const isEmpty = !entry.files.length && !entry.fields.some(([name]) => ["text", "address", "category"].includes(name));
    await (isEmpty ? dropDraft(this.owner) : keepDraft(entry)).catch(() => {}); // a full phone: what is on the screen stays
  }

  async drop() {
    clearTimeout(this.timer);
    this.timer = null;
    await dropDraft(this.owner).catch(() => {});
  }
}
