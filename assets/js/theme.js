// What pages do beyond links and forms. Every page works without this file; nothing here decides anything.
import { startComponents } from "./components.js";
import { startPartialPages } from "./partial-pages.js";
import { fitScrollRegions } from "./scroll-regions.js";
import { showCurrentLinks } from "./current-links.js";
import { guardDrafts } from "./drafts.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
startPartialPages();
guardDrafts();
startComponents(document);
fitScrollRegions(document);
showCurrentLinks();

document.addEventListener("htmx:load", (event) => {
  startComponents(event.detail.elt);
  fitScrollRegions(event.detail.elt);
});
