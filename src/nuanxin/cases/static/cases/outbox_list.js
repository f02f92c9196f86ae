// What waits on this phone, shown; and the sending of it while a page is open.
import { startWorker } from "../ui/js/worker.js";
import { all, deliver, lastOwner, onChange, rememberOwner, remove, retry } from "./outbox.js";

const PAUSES = [8_000, 15_000, 30_000, 60_000, 120_000, 300_000];
const COUNTED = new Set(["waiting", "sending", "sign-in"]);
const ACTS = {
  noted: ["open", "drop"],
  waiting: ["retry", "drop"],
  sending: [],
  "sign-in": ["sign-in", "drop"],
  refused: ["open", "see", "drop"],
  received: ["see", "known"],
};

// The day as pages say it: 11月22日 21:10, 22 Nov 21:10.
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DAY = { zh: ["zh-CN", { month: "long", day: "numeric" }], en: ["en-GB", { day: "numeric", month: "short" }] };

function moment(at) {
  const [language, parts] = document.documentElement.lang.startsWith("en") ? DAY.en : DAY.zh;
  return [parts, CLOCK].map((each) => new Intl.DateTimeFormat(language, each).format(at)).join(" ");
}

class OutboxList {
  constructor(section) {
    this.section = section;
    this.owner = section.dataset.owner || lastOwner();
    this.words = section.querySelector("[data-outbox-words]").dataset;
    this.own = section.querySelector("[data-outbox-own]");
    this.sure = null; // the entry that may be dropped
    if (section.dataset.owner) rememberOwner(section.dataset.owner);
    section.addEventListener("click", (event) => this.clicked(event));
    onChange(() => this.show());
    this.show();
  }

  async show() {
    const round = (this.round = (this.round ?? 0) + 1);
    const found = await all().catch(() => []);
    if (round !== this.round) return; // a later one is on its way
    const own = found.filter((entry) => this.owner && entry.owner === this.owner);
    const others = found.some((entry) => entry.owner !== this.owner && entry.state !== "received");
    const count = own.filter((entry) => COUNTED.has(entry.state)).length;
    this.section.hidden = !own.length && !others;
    this.section.querySelector("[data-outbox-others]").hidden = !others;
    this.tell(this.title(count, own.length && own.every((entry) => entry.state === "received")));
    this.own.replaceChildren(...own.map((entry) => this.row(entry)));
  }

  title(count, isAllThere) {
    if (count) return count === 1 ? this.words.one : this.words.many.replace("%s", count);
    return isAllThere ? this.words.sent : this.words.none;
  }

  tell(text) {
    const title = this.section.querySelector("[data-outbox-title]");
    if (title.textContent !== text) title.textContent = text;
  }

  row(entry) {
    const row = this.section.querySelector("[data-outbox-one]").content.firstElementChild.cloneNode(true);
    const find = (selector) => row.querySelector(selector);
    row.dataset.id = entry.id;
    row.classList.add(`outbox__one--${entry.state}`);
    if (entry.thumb) find(".outbox__thumb").replaceChildren(Object.assign(new Image(), { src: entry.thumb, alt: "" }));
    const text = entry.fields.find(([name]) => name === "text")?.[1];
    find("[data-name]").textContent = entry.names.kind || text || this.words.nameless;
    const seen = this.words.when.replace("%s", moment(entry.captured));
    find("[data-when]").textContent = [seen, entry.names.place].filter(Boolean).join(" · ");
    find("[data-state]").append(this.section.querySelector(`[data-state-of="${entry.state}"]`).content.cloneNode(true));
    if (entry.state === "refused") this.problem(find("[data-problem]"), entry);
    this.acts(row, entry);
    return row;
  }

  problem(line, entry) {
    const told = Object.values(entry.problems).join(" ");
    line.textContent = told || (entry.url ? this.words.earlier : this.words.unsaid);
    line.hidden = false;
  }

  acts(row, entry) {
    for (const button of row.querySelectorAll("[data-acts] [data-act]")) {
      const { act } = button.dataset;
      if (!ACTS[entry.state].includes(act) || (act === "see" && !entry.url)) button.remove();
      else if (act === "see") button.href = entry.url;
      else if (act === "open") this.open(button, entry);
    }
    row.querySelector("[data-acts]").hidden = this.sure === entry.id;
    row.querySelector("[data-sure]").hidden = this.sure !== entry.id;
  }

  open(button, entry) {
    button.href = `/report/#kept-${entry.id}`;
    button.querySelector("[data-open-word]").textContent = entry.state === "noted" ? this.words.add : this.words.mend;
  }

  async clicked(event) {
    const { act } = event.target.closest("[data-act]")?.dataset ?? {};
    const id = Number(event.target.closest("[data-id]")?.dataset.id);
    if (act === "drop-surely" || act === "known") await remove(id);
    if (act === "drop" || act === "keep") this.sure = act === "drop" ? id : null;
    if (act === "drop" || act === "keep") await this.show();
    if (act === "drop") this.own.querySelector(`[data-id="${id}"] [data-act="keep"]`)?.focus();
    if (act === "retry") await retry(id).then(() => send());
    if (["drop-surely", "known", "keep"].includes(act)) this.section.querySelector("h2").focus();
  }
}

// --- Sending ------------------------------------------------------------------------------------------------------
let timer;
let failures = 0;

/** Now, and again for as long as something waits: when there is signal, when somebody looks, and after a while. */
export async function send() {
  clearTimeout(timer);
  let left = 1;
  try {
    left = await deliver();
    failures = left ? failures + 1 : 0;
  } catch {
    failures += 1;
  }
  if (left) timer = setTimeout(send, PAUSES[Math.min(failures, PAUSES.length) - 1] ?? PAUSES[0]);
  if (left) askForSync();
}

async function askForSync() {
  const registration = await navigator.serviceWorker?.getRegistration("/");
  await registration?.sync?.register("outbox").catch(() => {});
}

function again() {
  failures = 0;
  send();
}

const section = document.querySelector("[data-outbox]");
if (section) {
  new OutboxList(section);
  addEventListener("online", again);
  document.addEventListener("visibilitychange", () => document.hidden || again());
  if (document.readyState === "complete") startWorker(section.dataset.worker);
  else addEventListener("load", () => startWorker(section.dataset.worker));
  send();
}
