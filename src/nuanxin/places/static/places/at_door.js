// Nobody who rides is asked: above 10 km/h the questions step aside, until it is slow again.
// Only where the phone already gives its position; nothing of it is kept or sent.
const RIDING = 10 / 3.6; // m/s

function watch(questions, notice) {
  navigator.geolocation.watchPosition(({ coords }) => {
    const isRiding = (coords.speed ?? 0) > RIDING;
    questions.hidden = isRiding;
    notice.hidden = !isRiding;
  }, () => {}, { maximumAge: 5000 });
}

const door = document.querySelector("[data-at-door]");
const questions = door?.querySelector("[data-taps]");
if (questions && navigator.geolocation && navigator.permissions) {
  const permission = await navigator.permissions.query({ name: "geolocation" }).catch(() => null);
  if (permission?.state === "granted") watch(questions, door.querySelector("[data-riding]"));
}
