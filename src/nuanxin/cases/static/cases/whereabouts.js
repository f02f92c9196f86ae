// Whether this phone may say where it is: asked once, in the words in force, when somebody wants it and not before.
// The answer goes with the report, so that it can be given without signal; the server keeps it and decides by it.
const KEPT = "nuanxin-located"; // whose account agrees, for the page that the phone kept

/** The account that agreed when this phone last saw the server; a page that cannot ask it goes by that. */
function known() {
  try {
    return localStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

function remember(owner) {
  try {
    if (owner) localStorage.setItem(KEPT, owner);
    else localStorage.removeItem(KEPT);
  } catch {
    // a browser without storage asks once more
  }
}

export class Whereabouts {
  constructor(form, owner) {
    this.form = form;
    const { owner: here, agrees } = form.dataset;
    if (here) remember(agrees ? here : "");
    this.isKnown = here ? Boolean(agrees) : Boolean(owner) && known() === owner;
  }

  get field() {
    return this.form.elements.agreed;
  }

  get may() {
    return this.isKnown || Boolean(this.field.value);
  }

  /** What has just been agreed to and the server has not heard yet, as fields of an entry. */
  get told() {
    return this.field.value ? [["agreed", this.field.value]] : [];
  }

  ask() {
    this.show(true);
    this.form.querySelector("[data-agree]").focus();
  }

  agree() {
    const { version } = this.form.querySelector("[data-agree-ask]").dataset;
    this.field.value = `${version} ${Date.now()}`;
    this.show(false);
  }

  decline() {
    this.show(false);
    this.form.querySelector("[data-locate-me]").focus();
  }

  show(isAsking) {
    this.form.querySelector("[data-agree-ask]").hidden = !isAsking;
    for (const part of this.form.querySelectorAll("[data-locate-me], [data-locate-status]")) part.hidden = isAsking;
  }
}
