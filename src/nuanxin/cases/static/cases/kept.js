// The report page and what the phone keeps of it: kept before it is sent, taken up again, corrected. Never danger.
import { Draft, entryFrom, fill, newKey } from "./draft.js";
import * as outbox from "./outbox.js";
import { send as sendWaiting } from "./outbox_list.js";

const SEND_WAIT = 25_000;
const SLOWEST = 6; // bytes a millisecond that a line is given for photos
const LINK = /^#kept-(\d+)$/;
const OPENED = new Set(["noted", "refused"]);

export class Kept {
  constructor(report) {
    this.page = report;
    this.form = report.form;
    this.owner = report.owner;
    this.draft = new Draft(this.form, this.owner);
    this.territory = this.form.elements.territory?.value ?? "";
    this.mending = null; // the entry that is being completed or corrected
    this.isEmptied = false; // what had been written is on its way
    addEventListener("hashchange", () => this.open());
  }

  async begin() {
    if (LINK.test(location.hash)) await this.open();
    else if (!location.search && this.form.dataset.start === "1") await this.resume();
  }

  // --- Sending ----------------------------------------------------------------------------------------------------
  /** Kept first, sent then: a tab that is closed in the middle loses nothing. */
  async report(extra) {
    const chosen = this.form.querySelector("input[name=category]:checked");
    if (chosen?.dataset.call) return this.page.danger.open({ danger: chosen.value, ...chosen.dataset });
    this.page.clear();
    this.page.busy(true);
    const entry = await entryFrom(this.form, this.owner);
    const isKept = await this.keep(entry);
    const mayGoNow = !this.page.isAlone && navigator.onLine && entry.state === "sending";
    if (mayGoNow) await this.sendNow(entry, isKept, extra);
    else if (isKept) await this.leave(entry);
    else this.page.failed(this.owner ? "offline" : "nobody");
    this.page.busy(false);
  }

  async keep(entry) {
    if (this.mending) entry.id = this.mending;
    const isPlaceless = entry.fields.some(([name, value]) => name === "place_by" && value === "later");
    entry.state = isPlaceless ? "noted" : this.page.isAlone || !navigator.onLine ? "waiting" : "sending";
    if (!this.owner) return false;
    try {
      entry.id = await outbox.keep(entry);
      return true;
    } catch (error) {
      if (error instanceof outbox.NotKept) return false;
      throw error;
    }
  }

  async sendNow(entry, isKept, extra) {
    const token = this.form.elements.csrfmiddlewaretoken.value;
    const body = outbox.bodyOf(entry, { owner: this.owner, token, skew: this.page.skew });
    const bytes = entry.files.reduce((sum, [, file]) => sum + file.size, 0);
    const post = () => this.page.send(body, extra, SEND_WAIT + bytes / SLOWEST);
    const end = isKept ? await outbox.exclusively(post) : await post();
    if (end === "answered") return isKept && this.answered(entry);
    if (!isKept) return this.page.failed(navigator.onLine ? "failed" : "offline");
    entry.state = end === "sign-in" ? "sign-in" : "waiting";
    await outbox.keep(entry);
    await this.leave(entry);
  }

  /** The page has dealt with the answer; only what was opened for correction goes on waiting for it. */
  answered(entry) {
    if (this.page.isLeaving || !this.mending) return outbox.remove(entry.id);
    return outbox.keep({ ...entry, state: "refused" });
  }

  /** It is safe on the phone: say so, and make room for another one. */
  async leave(entry) {
    const { kept, keptNoted, keptSignIn } = this.page.words;
    document.querySelector("[data-kept-words]").textContent = { noted: keptNoted, "sign-in": keptSignIn }[entry.state] ?? kept;
    await this.empty();
    this.page.go("kept");
    sendWaiting();
  }

  /** It has arrived, by this page or another way. */
  async left() {
    if (this.mending) await outbox.remove(this.mending).catch(() => {});
    await this.draft.drop();
  }

  // --- Taking it up again ----------------------------------------------------------------------------------------
  async resume() {
    const draft = this.owner && (await outbox.draftOf(this.owner).catch(() => null));
    if (!draft) return;
    const isSent = (await outbox.all().catch(() => [])).some((entry) => entry.key === draft.key);
    if (isSent) return this.draft.drop();
    this.fill(draft);
    this.page.say("draft");
  }

  async open() {
    const [, id] = LINK.exec(location.hash) ?? [];
    const entry = id && (await outbox.get(Number(id)).catch(() => null));
    if (!entry || entry.owner !== this.owner || !OPENED.has(entry.state)) return;
    await this.empty();
    this.mending = entry.id;
    this.draft.isPaused = true; // the entry itself is kept already
    this.fill(entry);
    if (entry.problems.captured_at) delete this.form.dataset.captured; // whoever sends it again has looked again
    this.page.show("1");
    this.page.say("mending");
    for (const [name, text] of Object.entries(entry.problems)) this.page.err(name, text);
  }

  fill(entry) {
    if (entry.fields.some(([name]) => name === "place_by")) {
      this.page.layOutPlaces();
      this.page.isPlaced = true;
    }
    fill(this.form, entry);
    this.isEmptied = false;
    this.page.signal();
  }

  async empty() {
    this.draft.isPaused = true;
    this.mending = null;
    this.form.reset();
    this.page.dropPhotos();
    this.form.querySelector("[data-voice]")?.dispatchEvent(new CustomEvent("voice-give", { detail: { files: [] } }));
    for (const name of ["kept", "captured"]) delete this.form.dataset[name];
    for (const name of ["lng", "lat", "accuracy_m"]) if (this.form.elements[name]) this.form.elements[name].value = "";
    if (this.form.elements.territory) this.form.elements.territory.value = this.territory; // resetting leaves hidden ones
    this.form.elements.key.value = newKey();
    this.page.isPlaced = false;
    this.isEmptied = true;
    await this.draft.drop();
    this.draft.isPaused = false;
  }

  async startOver() {
    if (location.hash) history.replaceState(null, "", location.pathname);
    await this.empty();
    this.page.clear();
    this.page.go("1");
  }
}
