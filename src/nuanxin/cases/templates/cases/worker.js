{% load static %}// Keeps the report page, the list of places and the desk for when there is no signal. The page does everything without this worker; it only improves.
import { deliver } from "{% static 'cases/outbox.js' %}";

const VERSION = "nuanxin-{{ version }}";
const OFFLINE = "{% url 'cases:report_offline' %}";
const PLACES = "{% url 'places:map_offline' %}";
const MAP = "{% url 'places:map' %}";
const DESK = "{% url 'places:desk' %}";
const DESK_ALONE = "{% url 'places:desk_offline' %}";
const ALSO = { {% for page, alone in also.items %}"{{ page }}": "{{ alone }}"{% if not forloop.last %}, {% endif %}{% endfor %} }; // of the contexts above
const HOME = ["{% url 'portal:home' %}", "{% url 'cases:report' %}", "{% url 'cases:own_list' %}"];
const SHELL = ["{% styles "phone" %}", {% for name in shell %}"{% static name %}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const PATIENCE = 10_000; // ms that a page may take before the one kept here is shown
const FRESH = 86_400_000; // the kept page is asked for again after a day
const LANGUAGE = new URL(self.location.href).searchParams.get("language") ?? "zh-hans";
let isOld = false; // the server has newer files than are kept here

async function fetchPage(cache, address) {
  // Without cookies: what comes back is nobody's.
  const answer = await fetch(address, { credentials: "omit", cache: "no-cache", headers: { "Accept-Language": LANGUAGE } });
  if (answer.ok) await cache.put(address, answer);
}

const fetchPages = (cache) => Promise.all([OFFLINE, PLACES, DESK_ALONE, ...Object.values(ALSO)].map((address) => fetchPage(cache, address)));
const KEPT = { ...ALSO, [MAP]: PLACES, [DESK]: DESK_ALONE };
const keptFor = ({ pathname }) => KEPT[pathname] ?? OFFLINE;

async function install() {
  const cache = await caches.open(VERSION);
  await Promise.all([fetchPages(cache), ...SHELL.map((url) => cache.add(new Request(url, { cache: "no-cache" })))]);
  await self.skipWaiting();
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("nuanxin-") && name !== VERSION).map((name) => caches.delete(name)));
  await self.clients.claim();
}

function within(promise, wait) {
  return Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error("slow")), wait))]);
}

async function page(request) {
  const cache = await caches.open(VERSION);
  const kept = await cache.match(keptFor(new URL(request.url)));
  try {
    const answer = await (kept ? within(fetch(request), PATIENCE) : fetch(request));
    const told = answer.headers.get("Nuanxin-Static");
    isOld = Boolean(told) && `nuanxin-${told}` !== VERSION;
    return answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function refresh() {
  const cache = await caches.open(VERSION);
  const kept = await cache.match(OFFLINE);
  const age = Date.now() - new Date(kept?.headers.get("Date") ?? 0).getTime();
  if (age > FRESH) await fetchPages(cache).catch(() => {});
}

async function file(request) {
  const cache = await caches.open(VERSION);
  if (isOld) return fetch(request).catch(() => cache.match(request));
  return (await cache.match(request)) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("sync", (event) => event.waitUntil(deliver().then((left) => left && Promise.reject(new Error("later")))));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && (url.pathname in KEPT || HOME.includes(url.pathname))) {
    event.respondWith(page(request));
    event.waitUntil(refresh());
  } else if (SHELL.includes(url.pathname + url.search)) event.respondWith(file(request));
});
