// A signature drawn by finger or pen; what is drawn becomes a picture as if it had been chosen.

import { element, icon } from "../status.js";
import { t } from "../words.js";

const WIDTH = 900;
const HEIGHT = 300;

/** Puts a place to draw above the choice of a picture, which stays for whoever cannot draw. */
export function dress(part) {
  const field = part.querySelector("input[type=file]");
  const box = element("div", "sign");
  const canvas = Object.assign(element("canvas"), { width: WIDTH, height: HEIGHT });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", t("Sign here with a finger or a pen"));
  const keep = Object.assign(element("button", "button"), { type: "button", disabled: true });
  keep.dataset.tone = "soft";
  keep.append(icon("check"), element("span", "", t("Keep the signature")));
  const clear = Object.assign(element("button", "button"), { type: "button", disabled: true });
  clear.append(element("span", "", t("Clear")));
  const row = element("div", "actions");
  row.append(keep, clear);
  box.append(canvas, row);
  part.querySelector(".photo").before(box);
  const pen = canvas.getContext("2d");
  let last = null;

  const wipe = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    pen.strokeStyle = "#17262b";
    pen.lineWidth = 4;
    pen.lineCap = "round";
    pen.lineJoin = "round";
    keep.disabled = clear.disabled = true;
  };
  const point = (event) => {
    const place = canvas.getBoundingClientRect();
    return [
      ((event.clientX - place.left) * WIDTH) / place.width,
      ((event.clientY - place.top) * HEIGHT) / place.height,
    ];
  };
  const draw = (to) => {
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...to);
    pen.stroke();
    last = to;
    keep.disabled = clear.disabled = false;
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = point(event);
    draw(last);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (last) for (const each of event.getCoalescedEvents?.() ?? [event]) draw(point(each));
  });
  for (const end of ["pointerup", "pointercancel"])
    canvas.addEventListener(end, () => {
      last = null;
    });
  clear.addEventListener("click", wipe);
  keep.addEventListener("click", () =>
    canvas.toBlob((blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], "signature.png", { type: "image/png" }));
      field.files = files.files;
      field.dispatchEvent(new Event("change"));
      wipe();
    }, "image/png"),
  );
  wipe();
}
