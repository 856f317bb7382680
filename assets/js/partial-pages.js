import htmx from "htmx.org";

/** Set htmx up for a strict content policy and for pages that must not be kept in the browser. */
export function startPartialPages() {
  Object.assign(htmx.config, {
    allowEval: false,
    includeIndicatorStyles: false,
    selfRequestsOnly: true,
    allowScriptTags: false,
    // Pages carry people's data: none may stay in the browser's storage after sign-out.
    historyCacheSize: 0,
    refreshOnHistoryMiss: true,
  });

  // A part that could not be fetched says so instead of leaving the old one silently in place.
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, () => {
      const notice = document.getElementById("partial-failed");
      if (notice) notice.hidden = false;
    });
  }
}
