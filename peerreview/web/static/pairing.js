// The proposal follows what the lead sets, without a press on the button. Without this script the button does it.
(function () {
  "use strict";
  var form = document.getElementById("settings");
  var result = document.getElementById("result");
  if (!form || !result || !window.fetch) return;
  var live = form.querySelector(".pairing-live");
  var latest = 0;

  form.addEventListener("change", function (event) {
    // Two names alone set nothing: the button beside them says what they are for.
    if (event.target.name === "a" || event.target.name === "b") return;
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
      why = document.getElementById("f-why");
      if (why) why.value = written;
      history.replaceState(null, "", address);
      live.textContent = result.dataset.says;
    }).catch(function () { form.submit(); });
  });
})();
