// Danger: the telephone first, then one tap. Nothing of this waits on the phone: what cannot be sent now says so.
import { whoIsHere } from "./outbox.js";

const GPS_WAIT = 4000;
const SEND_WAIT = 12_000;

/** Resolves to null where there is no permission, no signal, or no answer in time. */
export function position(wait) {
  return new Promise((resolve) => {
    if (!navigator.geolocation) return resolve(null);
    setTimeout(() => resolve(null), wait + 200);
    const options = { enableHighAccuracy: true, timeout: wait, maximumAge: 60_000 };
    navigator.geolocation.getCurrentPosition(({ coords }) => resolve(coords), () => resolve(null), options);
  });
}

export class Danger {
  constructor(report) {
    this.report = report;
    this.words = report.words;
    this.slot = report.find("[data-call-slot]");
  }

  open({ danger: code, call, name }) {
    const card = this.report.find(`[data-call-card="${call}"]`);
    this.slot.replaceChildren(card.content.cloneNode(true));
    this.slot.querySelector("[data-kind-name]").textContent = name;
    this.code = code;
    this.report.go("call");
    if (!navigator.onLine) this.unsent();
  }

  say(text, isUnsent = false) {
    const line = this.slot.querySelector("[data-call-status]");
    if (line) line.textContent = text;
    this.slot.querySelector("[data-told]")?.toggleAttribute("hidden", isUnsent); // nobody has been told
  }

  unsent() {
    this.say(navigator.onLine ? this.words.unsent : this.words.offline, true);
  }

  async tell(quick) {
    if (!navigator.onLine) return this.unsent();
    const extra = await this.where(quick);
    if (!extra) return this.askForPlace();
    this.say(this.words.sending);
    const body = new FormData(this.report.form);
    for (const name of ["photos", "voice"]) body.delete(name);
    if (!body.get("csrfmiddlewaretoken") && !(await this.lendToken(body))) return this.unsent();
    await this.report.send(body, { ...(this.code ? { category: this.code } : {}), ...extra }, SEND_WAIT);
  }

  /** For the page that the phone kept, which has none of its own. */
  async lendToken(body) {
    const { token } = await whoIsHere().catch(() => ({}));
    if (token) body.set("csrfmiddlewaretoken", token);
    return Boolean(token);
  }

  async where(quick) {
    if (quick) return { quick_place: quick };
    if (this.report.isPlaced && !this.report.lackingPlace()) return {};
    this.say(this.words.locating);
    const coords = await position(GPS_WAIT);
    if (!coords) return null;
    const accuracy = this.report.whereabouts.may ? Math.round(coords.accuracy) : ""; // where help is needed, always; how it is known, if agreed
    return { place_by: "point", lng: coords.longitude.toFixed(6), lat: coords.latitude.toFixed(6), accuracy_m: accuracy, near: "" };
  }

  askForPlace() {
    this.say(this.words.quick);
    const places = this.slot.querySelector("[data-quick-places]");
    places.hidden = false;
    places.querySelector("button").focus();
  }
}
