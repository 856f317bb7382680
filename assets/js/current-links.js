/** Bring the current entry of strips that scroll sideways into view, without moving the page. */
export function showCurrentLinks() {
  for (const link of document.querySelectorAll(".lt-nav [aria-current], .lt-tabs [aria-current]")) {
    const strip = link.closest("ul");
    const middle = link.offsetLeft - (strip.clientWidth - link.offsetWidth) / 2;
    strip.scrollLeft = Math.max(0, middle);
  }
}
