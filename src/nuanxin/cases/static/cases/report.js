// The report in three steps over one plain form. Without this file the form is one long page that works the same.
import "../ui/js/upload.js";
import { Danger, position } from "./danger.js";
import { newKey, takenAt } from "./draft.js";
import { Kept } from "./kept.js";
import { lastOwner } from "./outbox.js";
import "./outbox_list.js";
import { Whereabouts } from "./whereabouts.js";

const GPS_WAIT = 8000;
const SEND_WAIT = 25_000;
const A_CLOCK_IS_WRONG = 120_000;
const LAST_STEP = 3;

/** How far the phone's clock is off, in ms; seconds are only the way of the page to the phone. */
function skewOf(now) {
  const skew = now ? Number(now) * 1000 - Date.now() : 0;
  return Math.abs(skew) > A_CLOCK_IS_WRONG ? skew : 0;
}

class Report {
  constructor(form) {
    this.form = form;
    this.words = form.querySelector("[data-words]").dataset;
    this.notice = form.querySelector("[data-report-notice]");
    this.stepper = document.querySelector("[data-stepper]");
    this.photos = 0;
    this.isPlaced = false; // whether the sender has said where, not only the form
    this.asked = ""; // the words for which the likely kinds were asked
    this.owner = form.dataset.owner || lastOwner();
    this.isAlone = !form.dataset.owner; // the page that the phone kept
    this.skew = skewOf(form.dataset.now);
    form.dataset.scripted = "";
    form.elements.key.value ||= newKey();
    this.whereabouts = new Whereabouts(form, this.owner);
    this.danger = new Danger(this);
    this.kept = new Kept(this);
    document.addEventListener("click", (event) => this.clicked(event));
    form.addEventListener("change", (event) => this.changed(event));
    for (const touch of ["pointerdown", "focusin"]) addEventListener(touch, () => this.htmx(), { once: true });
    form.addEventListener("submit", (event) => this.submitted(event));
    form.addEventListener("toggle", (event) => this.opened(event.target), true);
    form.addEventListener("photos-changed", (event) => this.photosChanged(event.detail.count));
    form.addEventListener("pin-moved", () => this.pinMoved());
    // A session that has ended sends nobody away from what is being written: sending says so, and keeps it.
    form.addEventListener("htmx:beforeOnLoad", (event) => event.detail.xhr.getResponseHeader("HX-Redirect") && event.preventDefault());
    form.addEventListener("htmx:afterRequest", (event) => event.target.id === "kinds-likely" && this.heard());
    form.addEventListener("htmx:beforeRequest", (event) => navigator.onLine || event.preventDefault());
    addEventListener("popstate", ({ state }) => this.returned(state?.step ?? form.dataset.start));
    addEventListener("online", () => this.signal());
    addEventListener("offline", () => this.signal());
    form.querySelectorAll("[data-lazy][open]").forEach((details) => this.opened(details));
    this.show(form.dataset.start);
    this.signal();
    this.begin();
  }

  async begin() {
    await this.kept.begin();
    if (!this.whereabouts.may) return;
    const given = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
    if (given?.state === "granted") await this.watchSpeed();
  }

  /** Only where the phone gives its position anyway, and its owner agrees. */
  async watchSpeed() {
    const dialog = document.querySelector("[data-riding]");
    if (!dialog || !this.owner || this.riding) return;
    const { Riding } = await import("./riding.js");
    const stopped = () => this.step === "1" && document.querySelector("#outbox-title").focus();
    this.riding ??= new Riding(dialog, this.owner, stopped, this.whereabouts);
  }

  signal() {
    const isOffline = !navigator.onLine;
    this.form.toggleAttribute("data-offline", isOffline);
    for (const part of this.form.querySelectorAll("[data-when-offline]")) part.hidden = !isOffline && !part.querySelector(":checked");
    if (isOffline && this.step === "call") this.danger.unsent();
  }

  find(selector) {
    return this.form.querySelector(selector);
  }

  /** Nothing needs it before a hand is on the page: a first look over a slow line does without. */
  htmx() {
    this.fetching ??= new Promise((resolve) => {
      const script = Object.assign(document.createElement("script"), { src: this.form.dataset.htmx, onload: resolve });
      script.onerror = () => resolve((this.fetching = null));
      document.head.append(script);
    });
    return this.fetching;
  }

  // --- Steps ----------------------------------------------------------------------------------------------------
  show(step) {
    this.step = step;
    for (const part of document.querySelectorAll("[data-part]")) part.hidden = !part.dataset.part.split(" ").includes(step);
    this.stepper.hidden = !Number(step);
    [...this.stepper.querySelectorAll(".stepper__step")].forEach((item, index) => {
      item.classList.toggle("stepper__step--done", index + 1 < Number(step));
      item.classList.toggle("stepper__step--now", index + 1 === Number(step));
      if (index + 1 === Number(step)) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    if (step === "2" || step === "elsewhere") this.openPlace().catch(() => {}); // no map without signal
    if (step === "3") this.noteChoice();
    if (["2", "3"].includes(step)) this.askWhatItSoundsLike();
    this.keepRoom();
  }

  /** What has gone is not walked back into. */
  returned(step) {
    this.show(this.kept.isEmptied && step !== "kept" ? "1" : step);
  }

  go(step) {
    history.pushState({ step }, "");
    this.clear();
    this.show(step);
    scrollTo(0, 0);
    document.getElementById(`part-${step}`)?.focus({ preventScroll: true });
  }

  next() {
    this.kept.isEmptied = false;
    const wrong = this.step === "1" ? this.lackingWords() : this.lackingPlace();
    if (wrong) return this.err(...wrong);
    this.go(String(Number(this.step) + 1));
  }

  lackingWords() {
    const hasWords = this.form.elements.text.value.trim().length > 1;
    const hasVoice = Boolean(this.form.elements.voice?.files.length);
    return this.photos || hasVoice || hasWords ? null : ["text", this.words.nothing];
  }

  lackingPlace() {
    const given = new FormData(this.form);
    if (given.get("place_by") === "later") return null;
    if (given.get("place_by") === "compound") return given.get("compound") ? null : ["place_by", this.words.noCompound];
    if (given.get("place_by") === "territory") {
      return given.get("territory") || given.get("territory_other") ? null : ["place_by", this.words.noTerritory];
    }
    return given.get("lng") ? null : ["place_by", this.words.nowhere];
  }

  // --- What the hand does -----------------------------------------------------------------------------------------
  clicked(event) {
    const on = (selector) => event.target.closest(selector);
    if (on(".top-bar__back") && history.state?.step) this.instead(event, () => history.back());
    else if (on("[data-next]")) this.next();
    else if (on("[data-back]")) history.state?.step ? history.back() : this.show(String(Number(this.step) - 1));
    else if (on("[data-locate-me]")) this.locate();
    else if (on("[data-agree]")) this.agreed();
    else if (on("[data-agree-not]")) this.declined();
    else if (on("[data-elsewhere]")) this.go("elsewhere");
    else if (on("[data-drop-photos]")) this.dropPhotos();
    else if (on("[data-start-over]")) this.kept.startOver();
    else if (on("[data-another]")) this.kept.startOver();
    else if (on("[data-open-danger]")) this.instead(event, () => this.go("danger"));
    else if (on("[data-danger]")) this.instead(event, () => this.danger.open(on("[data-danger]").dataset));
  }

  instead(event, act) {
    event.preventDefault();
    act();
  }

  changed({ target }) {
    if (["place_by", "compound", "near"].includes(target.name)) this.isPlaced = true;
    if (target.name === "place_by" && target.value === "point") this.openPlace().catch(() => {});
    if (target.name !== "category") return this.clearError(target.name);
    this.clearError("category");
    if (target.dataset.call) return this.danger.open({ danger: target.value, ...target.dataset });
    this.noteChoice();
    this.askIfSame();
  }

  // --- Has somebody reported it already? -------------------------------------------------------------------------
  askIfSame() {
    const similar = this.find("#similar");
    this.htmx().then(() => similar?.dispatchEvent(new CustomEvent("kind-known")));
    return similar;
  }

  noteChoice() {
    const chosen = this.find("input[name=category]:checked");
    const note = document.querySelector("[data-chosen-note]");
    if (note) note.textContent = chosen ? this.words.chosen.replace("%s", chosen.dataset.name) : "";
    const unwanted = Boolean(chosen && !chosen.dataset.photos && this.photos);
    const warning = this.find("[data-no-photos]");
    if (warning) warning.hidden = !unwanted;
    if (unwanted) warning.scrollIntoView({ block: "center" });
    return unwanted;
  }

  /** While the place is being said: mostly it is answered before the kinds are seen. */
  async askWhatItSoundsLike() {
    const likely = this.find("#kinds-likely");
    const text = this.form.elements.text.value.trim();
    if (!likely || text === this.asked || !navigator.onLine) return;
    this.asked = text;
    this.isAwaited = true;
    if (await this.htmx()) likely.dispatchEvent(new CustomEvent("words-said"));
    if (!likely.matches(".htmx-request")) this.heard(); // nobody was asked
  }

  heard() {
    this.isAwaited = false;
    this.keepRoom();
  }

  /** An answer that comes late finds its room, and leaves it where there is none: nothing moves under a thumb. */
  keepRoom() {
    const { dataset } = this.find("#kinds-likely") ?? { dataset: {} };
    if (this.step !== "3") delete dataset.late;
    else if (this.isAwaited) dataset.late = "asking";
    else if (dataset.late) dataset.late = "heard";
  }

  photosChanged(count) {
    this.photos = count;
    const [first] = this.find("[data-photos-input]").files;
    if (first) this.form.dataset.captured ||= takenAt(first);
    else delete this.form.dataset.captured;
    this.clearError("photos");
    this.clearError("text");
  }

  dropPhotos() {
    this.find("[data-upload]")?.dispatchEvent(new CustomEvent("photos-drop", { bubbles: true }));
    this.photos = 0;
    this.noteChoice();
  }

  opened(details) {
    const template = details.matches?.("[data-lazy][open]") && details.querySelector("template");
    if (!template) return;
    template.replaceWith(template.content.cloneNode(true));
    window.htmx?.process(details);
  }

  // --- Where --------------------------------------------------------------------------------------------------------
  async openPlace() {
    this.layOutPlaces();
    await this.htmx();
    const { start } = await import("../ui/js/map.js");
    await start(this.form);
  }

  layOutPlaces() {
    const template = this.find("[data-point-way]");
    template?.replaceWith(template.content.cloneNode(true));
    const way = this.find(".ways");
    if (template) window.htmx?.process(way);
    if (!this.isPlaced && !way.querySelector("input[value=compound]:checked")) way.querySelector("input[value=point]").checked = true;
  }

  agreed() {
    this.whereabouts.agree();
    return this.locate();
  }

  declined() {
    this.whereabouts.decline();
    this.find("[data-locate-status]").textContent = this.words.declined;
  }

  async locate() {
    if (!this.whereabouts.may) return this.whereabouts.ask();
    const status = this.find("[data-locate-status]");
    status.textContent = this.words.locating;
    const [coords] = await Promise.all([position(GPS_WAIT), this.htmx()]);
    if (!coords) return (status.textContent = this.words.denied);
    const map = this.find("[data-map]");
    const { located, locatedMapless } = this.words;
    const words = map.nuanxinMap && map.offsetParent ? located : locatedMapless;
    status.textContent = words.replace("%s", Math.max(1, Math.round(coords.accuracy)));
    this.isLocating = true;
    this.movePin({ lng: coords.longitude, lat: coords.latitude });
    this.isLocating = false;
    this.form.elements.accuracy_m.value = Math.round(coords.accuracy);
    this.watchSpeed();
  }

  movePin(lngLat) {
    const figure = this.find("[data-map]");
    if (figure.nuanxinMap) return figure.nuanxinMap.arrive(lngLat);
    this.find("[data-pin-lng]").value = lngLat.lng.toFixed(6);
    this.find("[data-pin-lat]").value = lngLat.lat.toFixed(6);
    figure.dispatchEvent(new CustomEvent("pin-moved", { bubbles: true, detail: lngLat }));
  }

  pinMoved() {
    this.isPlaced = true;
    this.clearError("place_by");
    const { accuracy_m: accuracy } = this.form.elements;
    if (accuracy && !this.isLocating) accuracy.value = "";
  }

  // --- Sending -----------------------------------------------------------------------------------------------------
  async submitted(event) {
    const { submitter } = event;
    if (submitter?.name === "find") return;
    event.preventDefault();
    const answers = ["seen", "different"].includes(submitter?.name);
    if (this.isBusy) return void (this.answer = answers ? submitter : null); // the question came while it was being sent
    this.isBusy = true;
    await this.act(submitter);
    while (this.answer && !this.isLeaving) await this.act(this.take("answer"));
    this.isBusy = false;
  }

  take(name) {
    const taken = this[name];
    this[name] = null;
    return taken;
  }

  act(submitter) {
    if (submitter?.name === "seen") return this.seen(submitter.value);
    if (submitter?.name === "different") return this.kept.report({ different: "1" });
    return this.sendAs(submitter);
  }

  async sendAs(submitter) {
    if (this.step === "call" || this.step === "elsewhere") await this.danger.tell(submitter?.name === "quick_place" ? submitter.value : "");
    else if (!this.noteChoice()) await this.kept.report({});
  }

  // What became of it: answered (this page has dealt with it), sign-in, or unsent.
  async send(body, extra, wait, to = this.form.action) {
    for (const [name, value] of Object.entries(extra)) body.set(name, value);
    const { kept } = this.form.dataset; // the kind that was ticked, where the list shows other ones by now
    if (!body.get("category") && kept) body.set("category", kept);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), wait);
    this.busy(true);
    try {
      const answer = await fetch(to, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual", signal: stop.signal });
      if (answer.type === "opaqueredirect" || answer.status === 403) return this.unsent("sign-in");
      if (answer.status === 429 || answer.status >= 500) return this.unsent("unsent");
      await this.answered(answer);
      return "answered";
    } catch {
      return this.unsent("unsent");
    } finally {
      clearTimeout(timer);
      this.busy(false);
    }
  }

  unsent(why) {
    if (this.step === "call") this.danger.unsent();
    return why;
  }

  async answered(answer) {
    const told = await answer.json();
    if (answer.ok && told.url) {
      this.isLeaving = true;
      await this.kept.left();
      return location.assign(told.url);
    }
    if (told.similar) return this.answerFirst();
    if (answer.status === 409 && told.earlier) return this.earlier(told);
    if (answer.status !== 422 || !told.fields) return this.failed("failed");
    if (this.step === "call") return this.danger.askForPlace();
    if (this.step !== "elsewhere") this.show(String(Math.min(told.step ?? LAST_STEP, LAST_STEP)));
    for (const [name, text] of Object.entries(told.fields)) this.err(name, text);
  }

  answerFirst() {
    const similar = this.find("#similar");
    this.show(String(LAST_STEP));
    if (similar.querySelector("[data-offers]")) return this.lookAt(similar);
    similar.addEventListener("htmx:afterSettle", () => this.lookAt(similar), { once: true });
    if (!similar.matches(".htmx-request")) this.askIfSame();
  }

  /** Who looks at it already may have a thumb on it: then it stays where it is. */
  lookAt(similar) {
    const last = similar.querySelector("[name=different]")?.getBoundingClientRect();
    const isSeen = last && last.top > this.stepper.getBoundingClientRect().bottom && last.bottom < document.querySelector("[data-send]").getBoundingClientRect().top;
    if (!isSeen) similar.scrollIntoView({ block: "center" });
    similar.querySelector("[data-offers]")?.focus({ preventScroll: true });
  }

  async seen(token) {
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "key"]) body.set(name, this.form.elements[name].value);
    body.set("seen", token);
    const end = await this.send(body, {}, SEND_WAIT, this.find("#similar").dataset.seenUrl);
    if (end !== "answered") this.failed("failed");
  }

  // --- What went wrong -----------------------------------------------------------------------------------------------

  earlier({ earlier, key }) {
    this.form.elements.key.value = key;
    this.say("earlier").querySelector("[data-earlier]").href = earlier;
    if (this.step === "call") location.assign(earlier); // it has arrived: nothing is left to send
  }

  failed(why) {
    if (this.step === "call") return this.danger.unsent();
    this.say(why);
  }

  say(name) {
    this.notice.replaceChildren(this.find(`[data-notice="${name}"]`).content.cloneNode(true));
    scrollTo(0, 0);
    this.notice.focus();
    return this.notice;
  }

  busy(isBusy) {
    for (const button of document.querySelectorAll("[data-send], [data-tell], [data-offers] button")) button.disabled = isBusy;
    this.form.setAttribute("aria-busy", String(isBusy));
  }

  // --- What is wrong, beside it -----------------------------------------------------------------------------------
  err(name, text) {
    const line = this.find(`[data-error="${name}"]`);
    if (!line) return this.say("failed").querySelector("p:last-child")?.append(` ${text}`);
    let words = line.querySelector("span");
    if (!words) line.append((words = document.createElement("span")));
    words.textContent = text;
    line.hidden = false;
    line.setAttribute("role", "alert");
    line.scrollIntoView({ block: "center" });
  }

  clearError(name) {
    const line = this.find(`[data-error="${name}"]`);
    if (line) line.hidden = true;
  }

  clear() {
    this.notice.replaceChildren();
    this.form.querySelectorAll("[data-error]").forEach((line) => (line.hidden = true));
  }
}

const form = document.querySelector("[data-report]");
if (form) new Report(form);
