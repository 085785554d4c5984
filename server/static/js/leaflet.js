/** Leaflet's classic script put itself on `window`; every module takes it from here. */
const { L } = window;

export const {
  CircleMarker, Control, DivIcon, DomEvent, DomUtil, GeoJSON, GridLayer, LatLng, LatLngBounds, Map, Marker, Point,
  Popup, canvas, control, latLng, latLngBounds, point,
} = L;
