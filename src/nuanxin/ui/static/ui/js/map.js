// Maps drawn from our own GeoJSON, without tiles or glyph servers. Without WebGL the text beside the map remains.
//
// <figure data-map data-module data-css data-lng data-lat data-zoom data-layers="url url" data-pin>
// data-tiles is the address of vector tiles with {z}/{x}/{y}, layer "places": places, and clusters of them with a count.
// Features: Polygon, LineString, Point; properties kind (road, water, green, building, area, place, case),
// title, text, url, tone (ok, wait, danger, brand). Coordinates are WGS-84.
// data-background is the address of a MapLibre style that lies below; data-bounds "west,south,east,north" is shown whole.

const FONT = '"PingFang SC", "HarmonyOS Sans SC", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';
const PIN = "M18 1C8.600 1 1 8.300 1 17.400C1 29 18 45 18 45S35 29 35 17.400C35 8.300 27.400 1 18 1Z";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function hasWebGL() {
  return Boolean(document.createElement("canvas").getContext("webgl2"));
}

function loadStyles(href) {
  if (document.querySelector(`link[href="${href}"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  document.head.append(link);
}

const DEEPEST = 16; // a tile of it still tells every place from the next; further in, it is drawn larger

/** Where a map asks for tiles: absolute, and the numbers' places left as they are. */
const tiles = (address) => [`${location.origin}${address}`];

function style(layers, tiled) {
  const sources = {};
  for (const [index, url] of layers.entries()) {
    sources[`s${index}`] = { type: "geojson", data: new URL(url, location.href).href, promoteId: "id" };
  }
  if (tiled) sources.tiles = { type: "vector", tiles: tiles(tiled), minzoom: 0, maxzoom: DEEPEST };
  const background = { id: "ground", type: "background", paint: { "background-color": colour("map-ground") } };
  const names = Object.keys(sources).filter((name) => name !== "tiles");
  const drawn = tiled ? [...clusters("tiles"), ...points("tiles", { "source-layer": "places" })] : [];
  return { version: 8, sources, layers: [background, ...names.flatMap(areas), ...names.flatMap(lines), ...names.flatMap((name) => points(name)), ...drawn] };
}

const isDark = () => getComputedStyle(document.documentElement).colorScheme.includes("dark");

async function backgroundOf(url) {
  if (!url) return null;
  const answer = await fetch(`${url}?theme=${isDark() ? "dark" : "light"}`);
  if (!answer.ok) return null;
  const found = await answer.json();
  for (const source of Object.values(found.sources)) source.data = new URL(source.data, location.href).href;
  return found;
}

function upon(background, own) {
  if (!background) return own;
  return { ...background, sources: { ...background.sources, ...own.sources }, layers: [...background.layers, ...own.layers.slice(1)] };
}

const fills = () => ["match", ["get", "kind"], "water", colour("info-soft"), "green", colour("ok-soft"), "building", colour("map-building"), "rgba(0,0,0,0)"];
const tones = () => ["match", ["get", "tone"], "ok", colour("ok"), "wait", colour("wait"), "danger", colour("danger"), "info", colour("info"), "quiet", colour("ink-quiet"), colour("brand-fill")];
const geometry = (...types) => ["match", ["geometry-type"], types, true, false];
const text = () => ({ "text-color": colour("ink"), "text-halo-color": colour("surface"), "text-halo-width": 1.5 });

function areas(source) {
  const filter = geometry("Polygon", "MultiPolygon");
  return [
    { id: `${source}-fill`, type: "fill", source, filter, paint: { "fill-color": fills(), "fill-opacity": 0.9 } },
    {
      id: `${source}-edge`, type: "line", source,
      filter: ["all", filter, ["!", ["match", ["get", "kind"], ["water", "green", "building"], true, false]]],
      paint: { "line-color": colour("brand"), "line-width": 2, "line-dasharray": [3, 2], "line-opacity": 0.7 },
    },
    {
      id: `${source}-area-name`, type: "symbol", source, filter,
      layout: { "text-field": ["coalesce", ["get", "title"], ""], "text-size": 13, "text-font": ["sans"] },
      paint: { ...text(), "text-color": colour("ink-quiet") },
    },
  ];
}

function lines(source) {
  const filter = geometry("LineString", "MultiLineString");
  const layout = { "line-cap": "round", "line-join": "round" };
  const route = ["==", ["get", "kind"], "route"];
  const width = ["interpolate", ["linear"], ["zoom"], 13, 2, 17, 10];
  return [
    { id: `${source}-road`, type: "line", source, filter, layout, paint: { "line-color": ["case", route, colour("brand-fill"), colour("map-road")], "line-width": width } },
    {
      id: `${source}-road-name`, type: "symbol", source, filter,
      layout: { "symbol-placement": "line", "text-field": ["coalesce", ["get", "title"], ""], "text-size": 12, "text-font": ["sans"] },
      paint: { ...text(), "text-color": colour("ink-quiet") },
    },
  ];
}

/** Many together: a larger circle with their number. */
function clusters(source) {
  const filter = ["==", ["get", "kind"], "cluster"];
  const radius = ["interpolate", ["linear"], ["log10", ["get", "count"]], 0.3, 12, 1, 16, 2, 20, 3, 26, 4, 32];
  return [
    {
      id: `${source}-cluster`, type: "circle", source, "source-layer": "places", filter,
      paint: { "circle-radius": radius, "circle-color": colour("brand-soft"), "circle-stroke-color": colour("brand"), "circle-stroke-width": 1.5 },
    },
    {
      id: `${source}-cluster-count`, type: "symbol", source, "source-layer": "places", filter,
      layout: { "text-field": ["to-string", ["get", "count"]], "text-size": 13, "text-font": ["sans"], "text-allow-overlap": true },
      paint: { "text-color": colour("ink") },
    },
  ];
}

function points(source, layer = {}) {
  const filter = ["all", geometry("Point"), ["!=", ["get", "kind"], "cluster"]];
  return [
    {
      id: `${source}-point`, type: "circle", source, filter, ...layer,
      paint: { "circle-radius": 8, "circle-color": tones(), "circle-stroke-color": colour("surface"), "circle-stroke-width": 2.5 },
    },
    {
      id: `${source}-point-name`, type: "symbol", source, filter, ...layer,
      layout: { "text-field": ["coalesce", ["get", "title"], ""], "text-size": 13, "text-font": ["sans"], "text-offset": [0, 1.1], "text-anchor": "top", "text-optional": true },
      paint: text(),
    },
  ];
}

function pinElement(fixed) {
  const element = document.createElement("div");
  element.className = fixed ? "map__pin map__pin--fixed" : "map__pin";
  element.innerHTML = `<svg viewBox="0 0 36 46" width="36" height="46" aria-hidden="true"><path d="${PIN}" fill="currentColor" stroke="#fff" stroke-width="2"/><circle cx="18" cy="17" r="6.500" fill="#fff"/></svg>`;
  return element;
}

function popupContent({ title, text: body, url }) {
  const box = document.createElement("div");
  box.className = "map__popup";
  const heading = document.createElement(url ? "a" : "strong");
  heading.textContent = title ?? "";
  if (url) heading.href = url;
  const line = document.createElement("span");
  line.textContent = body ?? "";
  box.append(heading, line);
  return box;
}

class NuanxinMap {
  constructor(figure, library, background) {
    this.figure = figure;
    this.library = library;
    this.message = figure.querySelector(".map__message");
    figure.dataset.ready = "";
    const { lng, lat, zoom, bounds } = figure.dataset;
    const around = bounds ? bounds.split(",").map(Number) : lng ? null : background?.metadata?.["nuanxin:bounds"];
    this.centre = lng && lat ? [Number(lng), Number(lat)] : background?.center ?? [116.397, 39.909];
    this.map = new library.Map({
      container: figure.querySelector(".map__canvas"),
      style: upon(background, style(this.urls(), figure.dataset.tiles)),
      ...(around ? { bounds: around, fitBoundsOptions: { padding: 24 } } : { center: this.centre, zoom: Number(zoom) }),
      minZoom: 9,
      maxZoom: 19,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      localIdeographFontFamily: FONT,
      cooperativeGestures: "cooperative" in figure.dataset,
    });
    this.map.on("error", ({ error }) => navigator.onLine && console.error(error)); // without signal pieces are missing
    this.map.once("load", () => figure.dispatchEvent(new CustomEvent("map-ready")));
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
    if ("pin" in figure.dataset) this.addPin();
    else if ("marker" in figure.dataset) this.addMarker();
    this.addPopups();
    this.watchLocate();
  }

  urls() {
    const { layers, areas: backdrop } = this.figure.dataset;
    return `${backdrop} ${layers}`.split(/\s+/).filter(Boolean);
  }

  /** Other tiles of the same: what is looked for stands in their address. */
  retile(address) {
    this.map.getSource("tiles")?.setTiles(tiles(address));
  }

  addMarker() {
    new this.library.Marker({ element: pinElement(true), anchor: "bottom" }).setLngLat(this.centre).addTo(this.map);
  }

  addPin() {
    this.pin = new this.library.Marker({ element: pinElement(false), anchor: "bottom", draggable: true });
    this.pin.setLngLat(this.centre).addTo(this.map);
    this.pin.on("dragend", () => this.tell(this.pin.getLngLat()));
    this.map.on("click", ({ lngLat }) => this.moveTo(lngLat));
  }

  moveTo(lngLat) {
    this.pin?.setLngLat(lngLat);
    this.tell(lngLat);
  }

  tell({ lng, lat }) {
    const set = (selector, value) => {
      const input = this.figure.querySelector(selector);
      if (input) input.value = value.toFixed(6);
    };
    set("[data-pin-lng]", lng);
    set("[data-pin-lat]", lat);
    this.figure.dispatchEvent(new CustomEvent("pin-moved", { bubbles: true, detail: { lng, lat } }));
  }

  addPopups() {
    const layers = [...this.urls().map((_, index) => `s${index}-point`), "tiles-point", "tiles-cluster"];
    this.map.on("click", (event) => {
      const [feature] = this.map.queryRenderedFeatures(event.point, { layers: layers.filter((id) => this.map.getLayer(id)) });
      if (!feature || this.pin) return;
      if (feature.properties.kind === "cluster") {
        this.map.easeTo({ center: feature.geometry.coordinates, zoom: this.map.getZoom() + 2 });
        return;
      }
      new this.library.Popup({ offset: 14, maxWidth: "260px" })
        .setLngLat(feature.geometry.coordinates)
        .setDOMContent(popupContent(feature.properties))
        .addTo(this.map);
    });
  }

  watchLocate() {
    this.figure.querySelector("[data-locate]")?.addEventListener("click", () => {
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => this.arrive({ lng: coords.longitude, lat: coords.latitude }),
        () => (this.message.textContent = this.message.dataset.denied),
        { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 },
      );
    });
  }

  arrive(lngLat) {
    this.message.textContent = this.message.dataset.found;
    this.map.jumpTo({ center: lngLat, zoom: 17 });
    this.moveTo(lngLat);
  }
}

// A map is drawn when it comes into view: who never looks at it pays for neither its library nor its pixels.
const onlooker = new IntersectionObserver(
  (seen) => {
    const figures = seen.filter((each) => each.isIntersecting).map((each) => each.target);
    for (const figure of figures) onlooker.unobserve(figure);
    if (figures.length) draw(figures);
  },
  { rootMargin: "200px" },
);

export function start(root = document) {
  if (!hasWebGL()) return;
  for (const figure of root.querySelectorAll("[data-map]:not([data-begun])")) onlooker.observe(figure);
}

async function draw(figures) {
  for (const figure of figures) figure.dataset.begun = "";
  try {
    loadStyles(figures[0].dataset.css);
    const library = await import(figures[0].dataset.module);
    const background = await backgroundOf(figures[0].dataset.background);
    for (const figure of figures) figure.nuanxinMap = new NuanxinMap(figure, library, background);
  } catch (error) {
    for (const figure of figures) delete figure.dataset.begun; // without signal: asked again when somebody looks again
    throw error;
  }
}
