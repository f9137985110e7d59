import { closingMenus } from "./menus.js";
import { beginAtMistake } from "./mistakes.js";
import { dismissable } from "./toasts.js";
import { previewTheme } from "./theme.js";
import { fillTimezone } from "./timezone.js";

closingMenus(document);
dismissable(document);
previewTheme(document);
fillTimezone(document);
beginAtMistake(document);
