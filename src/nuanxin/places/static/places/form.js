// Choosing a compound puts the pin at it; what is chosen stays to be corrected on the map.
document.addEventListener("click", ({ target }) => {
  const option = target.closest("#place-near [data-compound]");
  if (!option) return;
  const { lng, lat, scope, name } = option.dataset;
  const figure = document.querySelector("[data-map][data-pin]");
  figure.querySelector("[data-pin-lng]").value = lng;
  figure.querySelector("[data-pin-lat]").value = lat;
  const place = { lng: Number(lng), lat: Number(lat) };
  figure.nuanxinMap?.map.jumpTo({ center: place, zoom: 17 });
  figure.nuanxinMap?.moveTo(place);
  const territory = document.querySelector("form input[name=scope_code]");
  if (territory) territory.value = scope;
  document.querySelector("#place-near-q").value = name;
  document.querySelector("#place-near").replaceChildren();
});
