// The worker's check-in: the code from the camera, from behind the address's "#", or typed; the place only with consent.
const form = document.querySelector("[data-check-in]");
const DEVICE = "nuanxin-check-in-device";
const find = (name) => form.querySelector(`[data-${name}]`);

function device() {
  try {
    const known = localStorage.getItem(DEVICE) ?? crypto.randomUUID();
    localStorage.setItem(DEVICE, known);
    return known;
  } catch {
    return "";
  }
}

function fromAddress() {
  if (location.hash.length < 30) return;
  form.elements.code.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname); // so that going back does not check in again
  form.querySelector("[type=submit]").focus();
}

async function scan() {
  const video = find("video");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    const look = async () => {
      const [seen] = await detector.detect(video).catch(() => []);
      if (!seen) return video.hidden || requestAnimationFrame(look);
      stream.getTracks().forEach((track) => track.stop());
      video.hidden = true;
      form.elements.code.value = seen.rawValue.split("#").pop();
      form.requestSubmit();
    };
    look();
  } catch {
    video.hidden = true;
    form.elements.code.focus();
  }
}

function locate() {
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      find("lng").value = coords.longitude;
      find("lat").value = coords.latitude;
      find("accuracy").value = coords.accuracy;
      find("located").hidden = false;
    },
    () => {}, // checking in works without
    { enableHighAccuracy: true, timeout: 10_000, maximumAge: 30_000 },
  );
}

if (form) {
  find("device").value = device();
  const terms = find("terms");
  if ("geolocation" in navigator) {
    if (terms.dataset.isAgreed) locate();
    else terms.hidden = false;
    find("agree").addEventListener("click", () => {
      find("agreed").value = `${terms.dataset.version} ${Date.now()}`; // to which words, and when
      terms.hidden = true;
      locate();
    });
  }
  if ("BarcodeDetector" in window && navigator.mediaDevices) {
    find("scanner").hidden = false;
    find("scan").addEventListener("click", scan);
  }
  addEventListener("hashchange", fromAddress);
  fromAddress();
}
