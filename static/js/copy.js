// A button that copies what stands in a field; it appears only where the browser can do it.

const ready = "clipboard" in navigator;

async function copy(button) {
  const field = document.querySelector(button.dataset.copy);
  await navigator.clipboard.writeText(field.value ?? field.textContent);
  const words = button.querySelector("span");
  words.textContent = button.dataset.copied;
  document.getElementById("says").textContent = button.dataset.copied;
}

for (const button of ready ? document.querySelectorAll("[data-copy]") : []) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
