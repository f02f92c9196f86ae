// Alpine in its CSP build: components are registered here by name, templates hold no expressions beyond a word.
import Alpine from "../../vendor/alpine/alpine-csp.esm.min.js";

Alpine.data("disclosure", () => ({
  open: false,
  toggle() {
    this.open = !this.open;
  },
}));
Alpine.start();
