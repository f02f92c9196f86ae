// Shops by how far they are. The list by street stands without this; a position is asked for when somebody presses for it.
const PATIENCE = 10_000;

class NearShops {
  constructor(root) {
    this.root = root;
    this.terms = root.querySelector("[data-terms]");
    this.status = root.querySelector("[data-position-status]");
    root.querySelector("[data-position]").hidden = !navigator.geolocation;
    this.on("[data-use-position]", () => (this.terms && !this.agreed ? this.show(true) : this.locate()));
    this.on("[data-agree]", () => {
      this.agreed = `${this.terms.dataset.version} ${Date.now()}`; // to which words, and when; the server decides by it
      this.show(false);
      this.locate();
    });
    this.on("[data-disagree]", () => {
      this.show(false);
      document.getElementById("at").focus();
    });
  }

  on(selector, act) {
    this.root.querySelector(selector)?.addEventListener("click", act);
  }

  show(isAsking) {
    this.terms.hidden = !isAsking;
    this.root.querySelector("[data-use-position]").hidden = isAsking;
    if (isAsking) this.root.querySelector("[data-agree]").focus();
  }

  say(name) {
    this.status.textContent = this.root.dataset[name];
  }

  locate() {
    this.say("finding");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.ask(coords),
      () => this.say("denied"),
      { enableHighAccuracy: false, timeout: 8000, maximumAge: 30_000 },
    );
  }

  /** The position goes along in the body of one request, and is forgotten here as well. */
  async ask({ longitude, latitude }) {
    const body = new FormData();
    body.set("lng", longitude);
    body.set("lat", latitude);
    if (this.agreed) body.set("agreed", this.agreed);
    const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
    try {
      const answer = await fetch(this.root.dataset.list, { method: "POST", body, headers, signal: AbortSignal.timeout(PATIENCE) });
      if (!answer.ok) throw new Error(String(answer.status));
      this.root.querySelector("[data-near-list]").innerHTML = await answer.text(); // our own server's partial, escaped there
      this.say("found");
    } catch {
      this.say("failed");
    }
  }
}

for (const root of document.querySelectorAll("[data-near-shops]")) new NearShops(root);
