// Catches submits of field forms until the modules are there; where none comes, the form posts natively.
(function (d, w) {
  var q = [],
    bad,
    me = (w.tournee = { q: q });
  me.post = function (f, b) {
    var i = d.createElement("input");
    if (b && b.name) {
      i.type = "hidden";
      i.name = b.name;
      i.value = b.value;
      f.append(i);
    }
    fetch("/healthz").then(
      function () {
        d.createElement("form").submit.call(f);
      },
      function () {
        i.remove();
        delete f.dataset.sent;
        d.getElementById("says").textContent = d.documentElement.dataset.cannotSave;
      },
    );
  };
  function fail() {
    bad = 1;
    q.splice(0).forEach(function (one) {
      me.post(one[0], one[1]);
    });
  }
  d.addEventListener("submit", function (e) {
    var f = e.target,
      b = e.submitter;
    if (!f.matches("[data-capture]")) return;
    e.preventDefault();
    if (me.take) return me.take(f, b);
    if (f.dataset.sent) return;
    f.dataset.sent = 1;
    q.push([f, b]);
    bad ? fail() : setTimeout(fail, 9e3);
  });
  w.addEventListener(
    "error",
    function (e) {
      if (e.target.type === "module") fail();
    },
    true,
  );
})(document, window);
