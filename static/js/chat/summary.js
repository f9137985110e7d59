import { makeCards } from "./cards.js";

const summary = document.getElementById("summary");
makeCards(summary, summary.dataset.language);
