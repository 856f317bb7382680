const AGAIN_AFTER = 10_000;

/** Keep what was typed into a draft on the page when it could not be saved: nothing typed is navigated away. */
export function guardDrafts() {
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const form = event.detail.elt.closest("[data-draft]");
    if (!form) return;
    const signIn = event.detail.xhr.getResponseHeader("HX-Redirect");
    const ended = signIn !== null && signIn.includes("/sign-in/");
    show("draft-session-ended", ended);
    if (ended) {
      event.preventDefault();
      document.querySelector("#draft-session-ended a").href = signIn;
    }
  });
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.elt.closest("[data-draft]")) show("draft-unsaved", false);
  });
  for (const form of document.querySelectorAll("[data-draft]")) {
    for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
      form.addEventListener(failure, (event) => {
        event.stopPropagation();
        show("draft-unsaved", true);
        setTimeout(() => form.dispatchEvent(new Event("input")), AGAIN_AFTER);
      });
    }
  }
}

function show(id, visible) {
  const notice = document.getElementById(id);
  if (notice) notice.hidden = !visible;
}
