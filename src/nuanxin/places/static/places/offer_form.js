// What only a hospital promises is shown where the kind is one of theirs.
const form = document.querySelector("[data-offer-form]");
const only = form?.querySelector("[data-medical-only]");
const medical = new Set(form?.dataset.medical.split(" "));

function show() {
  only.hidden = !medical.has(form.elements.kind.value);
}

if (only) {
  form.elements.kind.addEventListener("change", show);
  show();
}
