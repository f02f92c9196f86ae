// Above 10 km/h nobody is asked for anything: one button keeps time and place, the rest is for after stopping.
// Only where the phone already gives its position. Nothing of the way is kept: only the place of the tap.
import { keep, NotKept } from "./outbox.js";
import { newKey } from "./draft.js";

const RIDING = 10 / 3.6; // m/s
const STOPPED = 5 / 3.6;
const STILL_FOR = 2; // readings below that
const CERTAIN = 50; // m; a less exact fix says nothing about speed
const RADIUS = 6_371_000;

function metres(one, other) {
  const rad = Math.PI / 180;
  const x = (other.longitude - one.longitude) * rad * Math.cos(((one.latitude + other.latitude) / 2) * rad);
  return Math.hypot(x, (other.latitude - one.latitude) * rad) * RADIUS;
}

export class Riding {
  /** Watches from now on. `owner` of what is tapped; `onStop` when the rider has stopped and something was kept. */
  constructor(dialog, owner, onStop, whereabouts) {
    this.dialog = dialog;
    this.owner = owner;
    this.onStop = onStop;
    this.whereabouts = whereabouts;
    this.status = dialog.querySelector("[data-riding-status]");
    this.words = dialog.dataset;
    this.slow = 0;
    this.count = 0;
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.querySelector("[data-riding-tap]").addEventListener("click", () => this.tap());
    dialog.querySelector("[data-riding-not]").addEventListener("click", () => this.end((this.isPassenger = true)));
    const options = { enableHighAccuracy: true, maximumAge: 5000 };
    navigator.geolocation?.watchPosition((fix) => this.moved(fix), () => {}, options);
  }

  moved({ coords, timestamp }) {
    const speed = coords.speed ?? this.speedSince(coords, timestamp);
    this.last = { coords, timestamp }; // one fix, in memory
    if (speed === null || this.isPassenger) return;
    this.slow = speed < STOPPED ? this.slow + 1 : 0;
    if (speed > RIDING && !this.dialog.open) this.begin();
    else if (this.slow >= STILL_FOR && this.dialog.open) this.end();
  }

  speedSince(coords, timestamp) {
    const seconds = this.last ? (timestamp - this.last.timestamp) / 1000 : 0;
    if (seconds < 1 || seconds > 30 || coords.accuracy > CERTAIN || this.last.coords.accuracy > CERTAIN) return null;
    return metres(this.last.coords, coords) / seconds;
  }

  begin() {
    this.slow = 0;
    this.count = 0;
    this.status.textContent = "";
    this.dialog.showModal();
  }

  end() {
    this.dialog.close();
    if (this.count) this.onStop();
  }

  async tap() {
    const { coords } = this.last;
    const accuracy = String(Math.round(coords.accuracy));
    const place = { place_by: "point", lng: coords.longitude.toFixed(6), lat: coords.latitude.toFixed(6), accuracy_m: accuracy };
    const entry = { owner: this.owner, key: newKey(), fields: [...Object.entries(place), ...this.whereabouts.told], files: [], thumb: "", names: { kind: "", place: "" } };
    try {
      await keep({ ...entry, captured: Date.now(), state: "noted", problems: {} });
      this.count += 1;
      this.status.textContent = this.words.noted.replace("%s", this.count);
      navigator.vibrate?.(60);
    } catch (error) {
      if (!(error instanceof NotKept)) throw error;
      this.status.textContent = this.words.full;
    }
  }
}
