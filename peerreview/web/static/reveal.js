// A box beside a password that shows what is written. Without this script there is no box.
for (const box of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(box.dataset.reveal);
  box.closest(".reveal").hidden = false;
  box.addEventListener("change", () => { field.type = box.checked ? "text" : "password"; });
  // Browsers offer to remember what is sent as a password alone.
  field.form.addEventListener("submit", () => { field.type = "password"; });
}
