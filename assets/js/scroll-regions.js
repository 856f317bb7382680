/** Make wide tables reachable by keyboard only while they are wider than their frame. */
export function fitScrollRegions(scope) {
  const regions = [...scope.querySelectorAll(".lt-scroll")];
  const watcher = new ResizeObserver((entries) => entries.forEach(({ target }) => fit(target)));
  regions.forEach((region) => watcher.observe(region));
}

function fit(region) {
  if (region.scrollWidth > region.clientWidth) {
    region.tabIndex = 0;
  } else {
    region.removeAttribute("tabindex");
  }
}
