// A barcode read by the camera, where this browser can read one; typing stays.

import { element, icon, say } from "../status.js";
import { t } from "../words.js";

const EVERY = 250; // ms between looks

/** Puts a button beside the field, where there is something that reads codes. */
export async function dress(part) {
  const field = part.querySelector("input");
  const kinds = await globalThis.BarcodeDetector?.getSupportedFormats?.().catch(() => []);
  if (!kinds?.length || !navigator.mediaDevices) return;
  const button = Object.assign(element("button", "button"), { type: "button" });
  button.append(icon("camera"), element("span", "", t("Read with the camera")));
  field.after(button);
  button.addEventListener("click", () => scan(button, field, new globalThis.BarcodeDetector({ formats: kinds })));
}

async function scan(button, field, detector) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    return say(t("The camera cannot be used. Type the code."));
  }
  const dialog = element("dialog", "scan");
  const film = Object.assign(element("video"), { autoplay: true, muted: true, playsInline: true, srcObject: stream });
  const away = Object.assign(element("button", "button", t("Cancel")), { type: "button" });
  dialog.setAttribute("aria-label", t("Read with the camera"));
  dialog.append(film, away);
  document.body.append(dialog);
  dialog.showModal();
  const look = setInterval(async () => {
    const [found] = await detector.detect(film).catch(() => []);
    if (!found || !dialog.open) return;
    field.value = found.rawValue;
    for (const event of ["input", "change"]) field.dispatchEvent(new Event(event, { bubbles: true }));
    dialog.close();
  }, EVERY);
  away.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    clearInterval(look);
    for (const track of stream.getTracks()) track.stop();
    dialog.remove();
    button.focus();
  });
}
