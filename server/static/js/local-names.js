const DEEP = 11; // zoom from which on there is room for two names

/** At deep zooms places are called by their names in the local script too; the names are asked for once. */
export function tellLocalNames({ map, labels }, url) {
  let names = null;
  let shown = false;
  const follow = async () => {
    names ??= map.getZoom() >= DEEP ? load(url) : null;
    const told = (await names) ?? {};
    const wanted = map.getZoom() >= DEEP;
    if (wanted === shown) return;
    shown = wanted;
    labels.localNames(wanted ? told : {});
  };
  map.on("zoomend", follow);
  follow();
}

async function load(url) {
  try {
    const response = await fetch(url);
    return response.ok ? (await response.json()).names : {};
  } catch {
    return {}; // the names in Latin letters are there
  }
}
