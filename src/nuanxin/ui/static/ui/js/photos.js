// A lightbox over plain links to pictures: arrow keys and buttons move, Escape and the back of the hand close.

const words = document.documentElement.lang.startsWith("en")
  ? { close: "Close", previous: "Previous photo", next: "Next photo" }
  : { close: "关闭", previous: "上一张", next: "下一张" };

function button(label, path, onClick) {
  const element = document.createElement("button");
  element.type = "button";
  element.setAttribute("aria-label", label);
  element.innerHTML = `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;
  element.addEventListener("click", onClick);
  return element;
}

class Lightbox {
  constructor() {
    this.dialog = document.createElement("dialog");
    this.dialog.className = "lightbox";
    this.image = document.createElement("img");
    this.image.className = "lightbox__image";
    this.caption = document.createElement("p");
    this.caption.className = "lightbox__caption";
    const bar = document.createElement("div");
    bar.className = "lightbox__bar";
    bar.append(
      button(words.previous, "M15 6l-6 6l6 6", () => this.move(-1)),
      this.caption,
      button(words.next, "M9 6l6 6l-6 6", () => this.move(1)),
      button(words.close, "M18 6l-12 12M6 6l12 12", () => this.dialog.close()),
    );
    this.dialog.append(this.image, bar);
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft") this.move(-1);
      if (event.key === "ArrowRight") this.move(1);
    });
    document.body.append(this.dialog);
  }

  open(links, index) {
    this.links = links;
    this.show(index);
    this.dialog.showModal();
  }

  move(step) {
    this.show((this.index + step + this.links.length) % this.links.length);
  }

  show(index) {
    this.index = index;
    const link = this.links[index];
    const alt = link.querySelector("img").alt;
    this.image.src = link.href;
    this.image.alt = alt;
    this.dialog.setAttribute("aria-label", link.dataset.caption || alt);
    this.caption.textContent = `${index + 1} / ${this.links.length} ${link.dataset.caption}`.trim();
  }
}

let lightbox;

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-photo]");
  if (!link || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  lightbox ??= new Lightbox();
  const links = [...link.closest("[data-photos]").querySelectorAll("[data-photo]")];
  lightbox.open(links, links.indexOf(link));
});
