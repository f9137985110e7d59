import { dismissable } from "./toasts.js";
import { previewTheme } from "./theme.js";
import { fillTimezone } from "./timezone.js";

dismissable(document);
previewTheme(document);
fillTimezone(document);
