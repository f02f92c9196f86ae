// A voice note in one hand: tap, speak, tap. The file input stays the truth, so the form sends what any form sends.
//
// <div data-voice data-most="60">: hears `voice-give` (detail.files: at most one is in it now). Without a recorder in
// the browser, or without permission, the file input is shown instead.

const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS = 24_000; // a second: speech, a minute of it in 200 KB
const SHORTEST = 500; // ms: a slip of the finger says nothing, and no player plays it
const LEAVES = "[data-next], [data-send], button[type=submit]";

const canRecord = () => Boolean(globalThis.MediaRecorder && navigator.mediaDevices?.getUserMedia && globalThis.DataTransfer);
const kind = () => KINDS.find((each) => MediaRecorder.isTypeSupported(each));
const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

class Voice {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("input[type=file]");
    this.most = Number(box.dataset.most);
    this.words = box.dataset;
    box.addEventListener("click", (event) => this.clicked(event));
    box.addEventListener("voice-give", (event) => this.show(event.detail.files[0]));
    this.input.addEventListener("change", (event) => event.isTrusted && this.show(this.input.files[0]));
    // Whoever goes on while it is running means: that was it.
    (box.closest("form") ?? box).getRootNode().addEventListener("click", (event) => this.leaving(event), true);
    addEventListener("pagehide", () => this.release());
    if (canRecord()) box.dataset.state = "ready";
    if (this.input.files.length) this.show(this.input.files[0]); // the browser kept it over a reload
  }

  find(name) {
    return this.box.querySelector(`[data-voice-${name}]`);
  }

  clicked({ target }) {
    const on = (name) => target.closest(`[data-voice-${name}]`);
    if (on("start")) this.start();
    else if (on("stop")) this.stop();
    else if (on("remove")) this.remove();
  }

  async start() {
    this.say("");
    this.box.dataset.state = "asking";
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } });
    } catch {
      this.box.removeAttribute("data-state"); // the file input, and why
      return this.say(this.words.refused);
    }
    const pieces = [];
    this.recorder = new MediaRecorder(this.stream, { mimeType: kind(), audioBitsPerSecond: BITS });
    this.recorder.addEventListener("dataavailable", ({ data }) => data.size && pieces.push(data));
    this.recorder.addEventListener("stop", () => this.stopped(pieces));
    this.recorder.start();
    this.began = performance.now();
    this.box.dataset.state = "running";
    this.find("stop").focus({ preventScroll: true });
    this.tick();
    this.timer = setInterval(() => this.tick(), 250);
  }

  tick() {
    const seconds = Math.floor((performance.now() - this.began) / 1000);
    this.find("time").textContent = `${minutes(Math.min(seconds, this.most))} / ${minutes(this.most)}`;
    this.box.style.setProperty("--voice-done", String(Math.min(1, seconds / this.most)));
    if (seconds >= this.most) this.stop();
  }

  stop() {
    if (this.recorder?.state === "recording") this.recorder.stop();
  }

  stopped(pieces) {
    const type = this.recorder.mimeType.split(";")[0];
    this.release();
    if (!pieces.length || performance.now() - this.began < SHORTEST) {
      this.onward = null;
      return this.remove(this.words.nothing);
    }
    this.show(new File(pieces, "voice", { type, lastModified: Date.now() }));
    this.find("remove").focus({ preventScroll: true });
    this.onward?.click();
    this.onward = null;
  }

  release() {
    clearInterval(this.timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
  }

  leaving(event) {
    if (this.recorder?.state !== "recording") return;
    const button = event.target.closest(LEAVES);
    if (!button || this.box.contains(button)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.onward = button;
    this.stop();
  }

  /** What is in it now: the file, to be played back and taken out again; or nothing. */
  show(file) {
    const transfer = new DataTransfer();
    if (file) transfer.items.add(file);
    this.input.files = transfer.files;
    const player = this.find("player");
    if (player.src) URL.revokeObjectURL(player.src);
    if (file) player.src = URL.createObjectURL(file);
    else player.removeAttribute("src");
    if (!file) this.find("time").textContent = "";
    if (file) this.box.dataset.state = "done";
    else if (canRecord()) this.box.dataset.state = "ready";
    else this.box.removeAttribute("data-state");
    this.say("");
    this.input.dispatchEvent(new Event("change", { bubbles: true })); // for whoever keeps drafts
  }

  remove(why = "") {
    this.show(null);
    this.say(why);
    this.find("start").focus({ preventScroll: true });
  }

  say(text) {
    this.find("status").textContent = text;
  }
}

for (const box of document.querySelectorAll("[data-voice]")) new Voice(box);
