// The report in three steps over one plain form. Without this file the form is one long page that works the same.
import { start as startMaps } from "../ui/js/map.js";

const GPS_WAIT = 4000;
const SEND_WAIT = 25_000;
const DANGER_WAIT = 12_000;
const LAST_STEP = 3;

function position(wait) {
  // Resolves to null where there is no permission, no signal, or no answer in time.
  return new Promise((resolve) => {
    if (!navigator.geolocation) return resolve(null);
    setTimeout(() => resolve(null), wait + 200);
    const options = { enableHighAccuracy: true, timeout: wait, maximumAge: 60_000 };
    navigator.geolocation.getCurrentPosition(({ coords }) => resolve(coords), () => resolve(null), options);
  });
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
    form.dataset.scripted = "";
    document.addEventListener("click", (event) => this.clicked(event));
    form.addEventListener("change", (event) => this.changed(event));
    form.addEventListener("submit", (event) => this.submitted(event));
    form.addEventListener("toggle", (event) => this.opened(event.target), true);
    form.addEventListener("photos-changed", (event) => this.photosChanged(event.detail.count));
    form.addEventListener("pin-moved", () => this.pinMoved());
    addEventListener("popstate", (event) => this.show(event.state?.step ?? form.dataset.start));
    addEventListener("offline", () => this.step === "call" && this.status(this.words.offline));
    form.querySelectorAll("[data-lazy][open]").forEach((details) => this.opened(details));
    this.show(form.dataset.start);
  }

  find(selector) {
    return this.form.querySelector(selector);
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
    if (step === "2" || step === "elsewhere") this.openPlace();
    if (step === "3") this.noteChoice();
    if (step === "3") this.askWhatItSoundsLike();
  }

  go(step) {
    history.pushState({ step }, "");
    this.clear();
    this.show(step);
    scrollTo(0, 0);
    document.getElementById(`part-${step}`)?.focus({ preventScroll: true });
  }

  next() {
    const wrong = this.step === "1" ? this.lackingWords() : this.lackingPlace();
    if (wrong) return this.err(...wrong);
    this.go(String(Number(this.step) + 1));
  }

  lackingWords() {
    const hasWords = this.form.elements.text.value.trim().length > 1;
    return this.photos || hasWords ? null : ["text", this.words.nothing];
  }

  lackingPlace() {
    const given = new FormData(this.form);
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
    else if (on("[data-elsewhere]")) this.go("elsewhere");
    else if (on("[data-drop-photos]")) this.dropPhotos();
    else if (on("[data-open-danger]")) this.instead(event, () => this.go("danger"));
    else if (on("[data-danger]")) this.instead(event, () => this.danger(on("[data-danger]").dataset));
  }

  instead(event, act) {
    event.preventDefault();
    act();
  }

  changed({ target }) {
    if (["place_by", "compound", "near"].includes(target.name)) this.isPlaced = true;
    if (target.name === "place_by" && target.value === "point") this.openPlace();
    if (target.name !== "category") return this.clearError(target.name);
    this.clearError("category");
    if (target.dataset.call) return this.danger({ danger: target.value, ...target.dataset });
    this.noteChoice();
    this.askIfSame();
  }

  // --- Has somebody reported it already? -------------------------------------------------------------------------
  askIfSame() {
    const similar = this.find("#similar");
    similar?.dispatchEvent(new CustomEvent("kind-known"));
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

  askWhatItSoundsLike() {
    const text = this.form.elements.text.value.trim();
    if (text === this.asked) return;
    this.asked = text;
    this.find("#kinds-likely")?.dispatchEvent(new CustomEvent("words-said"));
  }

  photosChanged(count) {
    this.photos = count;
    this.clearError("photos");
    this.clearError("text");
  }

  dropPhotos() {
    this.find(".upload")?.dispatchEvent(new CustomEvent("photos-drop"));
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
    const template = this.find("[data-point-way]");
    if (template) {
      template.replaceWith(template.content.cloneNode(true));
      const way = this.find(".ways");
      window.htmx?.process(way);
      if (!this.isPlaced && !way.querySelector("input[value=compound]:checked")) way.querySelector("input[value=point]").checked = true;
    }
    await startMaps(this.form);
  }

  async locate() {
    const status = this.find("[data-locate-status]");
    status.textContent = this.words.locating;
    const coords = await position(GPS_WAIT * 2);
    if (!coords) return (status.textContent = this.words.denied);
    status.textContent = this.words.located.replace("%s", Math.max(1, Math.round(coords.accuracy)));
    this.isLocating = true;
    this.movePin({ lng: coords.longitude, lat: coords.latitude });
    this.isLocating = false;
    this.form.elements.accuracy_m.value = Math.round(coords.accuracy);
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

  // --- Danger: the telephone first, then one tap -----------------------------------------------------------------
  danger({ danger: code, call, name }) {
    const card = this.find(`[data-call-card="${call}"]`);
    const slot = this.find("[data-call-slot]");
    slot.replaceChildren(card.content.cloneNode(true));
    slot.querySelector("[data-kind-name]").textContent = name;
    this.code = code;
    this.go("call");
    if (!navigator.onLine) this.status(this.words.offline);
  }

  status(text) {
    const line = this.find("[data-call-slot] [data-call-status]");
    if (line) line.textContent = text;
  }

  async tell(quick) {
    if (!navigator.onLine) return this.status(this.words.offline);
    const extra = await this.whereInDanger(quick);
    if (!extra) return this.askForPlace();
    this.status(this.words.sending);
    await this.send({ ...(this.code ? { category: this.code } : {}), ...extra }, { wait: DANGER_WAIT, photos: false });
  }

  async whereInDanger(quick) {
    if (quick) return { quick_place: quick };
    if (this.isPlaced && !this.lackingPlace()) return {};
    this.status(this.words.locating);
    const coords = await position(GPS_WAIT);
    if (!coords) return null;
    const accuracy = Math.round(coords.accuracy);
    return { place_by: "point", lng: coords.longitude.toFixed(6), lat: coords.latitude.toFixed(6), accuracy_m: accuracy, near: "" };
  }

  askForPlace() {
    this.status(this.words.quick);
    const places = this.find("[data-call-slot] [data-quick-places]");
    places.hidden = false;
    places.querySelector("button").focus();
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
    if (submitter?.name === "different") return this.send({ different: "1" }, { wait: SEND_WAIT, photos: true });
    return this.sendAs(submitter);
  }

  async sendAs(submitter) {
    if (this.step === "call" || this.step === "elsewhere") await this.tell(submitter?.name === "quick_place" ? submitter.value : "");
    else if (!this.noteChoice()) await this.send({}, { wait: SEND_WAIT, photos: true });
  }

  async send(extra, { wait, photos, body = new FormData(this.form), to = this.form.action }) {
    for (const [name, value] of Object.entries(extra)) body.set(name, value);
    const { kept } = this.form.dataset; // the kind that was ticked, where the list shows other ones by now
    if (!body.get("category") && kept) body.set("category", kept);
    if (!photos) body.delete("photos");
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), wait);
    this.busy(true);
    try {
      const answer = await fetch(to, { method: "POST", body, headers: { Accept: "application/json" }, signal: stop.signal });
      await this.answered(answer);
    } catch {
      this.failed(navigator.onLine ? "failed" : "offline");
    } finally {
      clearTimeout(timer);
      this.busy(false);
    }
  }

  async answered(answer) {
    const told = await answer.json();
    if (answer.ok && told.url) {
      this.isLeaving = true;
      return location.assign(told.url);
    }
    if (told.similar) return this.answerFirst();
    if (answer.status === 409 && told.earlier) return this.earlier(told);
    if (answer.status !== 422 || !told.fields) return this.failed("failed");
    if (this.step === "call") return this.askForPlace();
    if (this.step !== "elsewhere") this.show(String(Math.min(told.step ?? LAST_STEP, LAST_STEP)));
    for (const [name, text] of Object.entries(told.fields)) this.err(name, text);
  }

  answerFirst() {
    const similar = this.find("#similar");
    this.show(String(LAST_STEP));
    if (!similar.querySelector("[data-offers]")) {
      similar.addEventListener("htmx:afterSettle", () => this.lookAt(similar), { once: true });
      return this.askIfSame();
    }
    this.lookAt(similar);
  }

  lookAt(similar) {
    similar.scrollIntoView({ block: "center" });
    similar.querySelector("[data-offers]")?.focus({ preventScroll: true });
  }

  async seen(token) {
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "key"]) body.set(name, this.form.elements[name].value);
    body.set("seen", token);
    await this.send({}, { wait: SEND_WAIT, photos: false, body, to: this.find("#similar").dataset.seenUrl });
  }

  earlier({ earlier, key }) {
    this.form.elements.key.value = key;
    this.say("earlier").querySelector("[data-earlier]").href = earlier;
    if (this.step === "call") location.assign(earlier); // it has arrived: nothing is left to send
  }

  failed(why) {
    if (this.step === "call") return this.status(why === "offline" ? this.words.offline : this.words.unsent);
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
