// The list of places around. The page stands without this; here it answers to a thumb, a position and lost signal.
import { keep, kept } from "./last_list.js";

const RIDING = 10 / 3.6; // m/s: nobody who rides is asked for anything
const PATIENCE = 10_000;
const WIDE = matchMedia("(min-width: 900px)");

class Around {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector("[data-around-form]");
    this.list = root.querySelector("[data-around-list]");
    this.old = root.querySelector("[data-kept]");
    this.position = null; // in memory only
    this.isLive = Boolean(this.form);
    if (this.isLive) this.begin();
    this.prepareMap();
    if ("alone" in root.dataset) this.beAlone();
  }

  begin() {
    this.root.dataset.live = "";
    this.status = this.root.querySelector("[data-position-status]");
    this.terms = this.root.querySelector("[data-terms]");
    this.root.querySelector("[data-position]").hidden = false;
    this.root.querySelector("[data-use-position]").hidden = !navigator.geolocation;
    this.form.addEventListener("change", ({ target }) => {
      if (target.name === "at") this.position = null;
      this.ask();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
    this.on("[data-use-position]", () => (this.terms && !this.agreed ? (this.terms.hidden = false) : this.locate()));
    this.on("[data-agree]", () => {
      this.agreed = `${this.terms.dataset.version} ${Date.now()}`; // to which words, and when; the server decides by it
      this.terms.hidden = true;
      this.locate();
    });
    this.on("[data-disagree]", () => {
      this.terms.hidden = true;
      this.form.elements.at.focus();
    });
    addEventListener("online", () => !this.old.hidden && this.ask());
    this.remember();
  }

  on(selector, act) {
    this.root.querySelector(selector)?.addEventListener("click", act);
  }

  // --- Where ------------------------------------------------------------------------------------------------------
  locate() {
    this.status.textContent = this.old.dataset.finding;
    navigator.geolocation.getCurrentPosition(
      (fix) => this.arrived(fix),
      () => (this.status.textContent = this.old.dataset.denied),
      { enableHighAccuracy: true, timeout: 8000, maximumAge: 30_000 },
    );
  }

  async arrived({ coords }) {
    this.position = { lng: coords.longitude, lat: coords.latitude };
    if (await this.ask()) this.status.textContent = this.old.dataset.found;
    this.ride(coords.speed);
  }

  /** The nearest one, large, and nothing to press. */
  ride(speed) {
    const isRiding = (speed ?? 0) > RIDING;
    this.root.toggleAttribute("data-riding", isRiding);
    this.root.querySelector("[data-riding-words]").hidden = !isRiding;
    if (isRiding) setTimeout(() => this.locate(), 15_000);
  }

  // --- Asking -----------------------------------------------------------------------------------------------------
  async ask() {
    this.asking?.abort();
    this.asking = new AbortController();
    const wait = setTimeout(() => this.asking.abort("slow"), PATIENCE);
    try {
      const answer = await fetch(this.root.dataset.list, { method: "POST", body: this.said(), headers: this.headers(), signal: this.asking.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      this.show(await answer.text());
      return true;
    } catch (error) {
      if (error.name !== "AbortError") await this.beAlone();
      return false;
    } finally {
      clearTimeout(wait);
    }
  }

  said() {
    const said = new FormData(this.form);
    const address = new URLSearchParams(said);
    history.replaceState(null, "", `${this.root.dataset.page}?${address}`); // never with a position
    if (this.position) for (const [name, value] of Object.entries(this.position)) said.set(name, value);
    if (this.position && this.agreed) said.set("agreed", this.agreed);
    return said;
  }

  headers() {
    return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  }

  show(html) {
    this.list.innerHTML = html; // our own server's partial, escaped there
    this.list.hidden = false;
    this.old.hidden = true;
    this.remember();
    this.drawPoints();
  }

  // --- Without signal ---------------------------------------------------------------------------------------------
  rows() {
    const text = (one, name) => one.querySelector(`[data-${name}]`)?.textContent.trim() ?? "";
    return [...(this.list?.querySelectorAll("[data-place]") ?? [])].map((one) => ({
      ...Object.fromEntries(["name", "said", "where", "way"].map((name) => [name, text(one, name)])),
      url: one.querySelector("a").getAttribute("href"),
      ...one.dataset,
    }));
  }

  remember() {
    const rows = this.rows();
    // How far it was says where one stood: that is not kept.
    if (rows.length) keep(rows.map(({ name, said, where, url }) => ({ name, said, where, url })));
  }

  async beAlone() {
    if (this.isLive && navigator.onLine) {
      this.status.textContent = this.old.dataset.failed;
      return;
    }
    const last = await kept();
    this.old.hidden = false;
    if (this.list) this.list.hidden = true;
    this.old.querySelector("[data-kept-age]").textContent = last ? this.age(Date.now() - last.at) : this.old.dataset.none;
    this.old.querySelector("[data-kept-rows]").replaceChildren(...(last?.rows ?? []).map((row) => this.oldRow(row)));
    if (!this.isLive) addEventListener("online", () => location.assign(this.root.dataset.page));
  }

  oldRow(row) {
    const one = this.old.querySelector("[data-kept-row]").content.cloneNode(true);
    for (const name of ["name", "where"]) one.querySelector(`[data-${name}]`).textContent = row[name];
    one.querySelector("[data-said]").textContent = this.old.dataset.then.replace("%s", row.said);
    one.querySelector("a").setAttribute("href", row.url);
    return one;
  }

  age(ms) {
    const minutes = Math.max(1, Math.round(ms / 60_000));
    const { minutes: few, hours, days } = this.old.dataset;
    if (minutes < 60) return few.replace("%s", minutes);
    return minutes < 48 * 60 ? hours.replace("%s", Math.round(minutes / 60)) : days.replace("%s", Math.round(minutes / 1440));
  }

  // --- The map ----------------------------------------------------------------------------------------------------
  prepareMap() {
    this.mapPlace = this.root.querySelector("[data-map-place]");
    if (!this.mapPlace) return;
    const button = this.root.querySelector("[data-show-map]");
    if (WIDE.matches) return this.openMap();
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      button.remove();
      this.openMap();
    });
  }

  async openMap() {
    this.mapPlace.append(this.mapPlace.querySelector("template").content.cloneNode(true));
    this.figure = this.mapPlace.querySelector("[data-map]");
    this.figure.addEventListener("map-ready", () => this.drawPoints());
    const { start } = await import("../ui/js/map.js");
    start(this.mapPlace);
  }

  /** Where there are too many for one list, the map draws all that have what is looked for. */
  retile() {
    const { tiles } = this.figure?.dataset ?? {};
    if (!tiles || !this.isLive) return;
    const wanted = new FormData(this.form).getAll("f").map((code) => `&f=${encodeURIComponent(code)}`).join("");
    const address = `${this.root.dataset.tiles}${wanted}`;
    if (address !== this.tiled) this.figure.nuanxinMap?.retile((this.tiled = address));
  }

  /** What the list shows, on the map. */
  drawPoints() {
    const map = this.figure?.nuanxinMap?.map;
    const rows = this.rows();
    this.retile();
    if (!map?.isStyleLoaded() || !this.isLive || !rows.length) return;
    const features = rows.map(({ lng, lat, tone, name, said, url }) => ({
      type: "Feature",
      properties: { kind: "place", tone, title: name, text: said, url },
      geometry: { type: "Point", coordinates: [Number(lng), Number(lat)] },
    }));
    const [first] = features;
    map.getSource("s0")?.setData({ type: "FeatureCollection", features });
    if (this.position) map.jumpTo({ center: [this.position.lng, this.position.lat], zoom: 15 });
    else if (first) map.jumpTo({ center: first.geometry.coordinates });
  }
}

for (const root of document.querySelectorAll("[data-around]")) root.nuanxinAround = new Around(root);
