// The proposal follows what the lead sets, without a press on the button. Without this script the button does it.
(function () {
  "use strict";
  var form = document.getElementById("settings");
  var result = document.getElementById("result");
  if (!form || !result || !window.fetch) return;
  var live = form.querySelector(".pairing-live");
  var latest = 0;

  // A slider under each field: it only writes into it.
  form.querySelectorAll(".pairing-weight input").forEach(function (field) {
    var slider = document.createElement("input");
    slider.type = "range";
    slider.max = 5; slider.step = 0.5;
    // From nothing to much; rather unlike than like is typed, and then has room here.
    slider.min = parseFloat(field.value.replace(",", ".")) < 0 ? -5 : 0;
    slider.value = field.value.replace(",", ".");
    slider.setAttribute("aria-label", field.labels[0].textContent);
    slider.addEventListener("input", function () { field.value = slider.value.replace(".", form.dataset.point); });
    field.addEventListener("input", function () { slider.value = field.value.replace(",", "."); });
    field.after(slider);
  });

  form.addEventListener("change", function (event) {
    // Names alone set nothing: the button beside them says what they are for.
    if (["a", "b", "c"].includes(event.target.name)) return;
    var mine = ++latest;
    var address = form.getAttribute("action") + "?" + new URLSearchParams(new FormData(form));
    fetch(address, { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.text();
    }).then(function (text) {
      if (mine !== latest) return;
      var found = new DOMParser().parseFromString(text, "text/html").getElementById("result");
      if (!found) throw new Error("no proposal");
      var why = document.getElementById("f-why");
      var written = why ? why.value : "";
      result.innerHTML = found.innerHTML;
      // What is shown now is what the next change is compared with.
      form.elements.was.value = found.dataset.shown;
      why = document.getElementById("f-why");
      if (why) why.value = written;
      history.replaceState(null, "", address);
      live.textContent = found.dataset.says;
    }).catch(function () { form.submit(); });
  });
})();
