// Sends one file to the program's own route. State lives with the mounted element, so that reruns of the page's
// script neither stop an upload nor start one twice.
const mounted = new WeakMap();

export default function (component) {
  const { parentElement: root, data, setStateValue } = component;
  let s = mounted.get(root);
  if (s) {
    const fresh = s.data.ticket !== data.ticket;
    s.data = data;
    s.set = setStateValue;
    if (fresh && s.waiting) { const file = s.waiting; s.waiting = null; send(s, file); }
    return s.leave;
  }
  s = { data, set: setStateValue, request: null, waiting: null, renewed: false };
  mounted.set(root, s);
  s.$ = (query) => root.querySelector(query);
  s.$(".choose").textContent = data.texts.choose;
  s.$(".hint").textContent = data.texts.drop;
  s.$(".limits").textContent = data.texts.limits;
  s.$(".cancel").textContent = data.texts.cancel;

  s.$(".file").onchange = (event) => {
    const file = event.target.files[0];
    event.target.value = "";
    if (file) begin(s, file);
  };
  const drop = s.$(".drop");
  drop.ondragover = (event) => { event.preventDefault(); drop.classList.add("over"); };
  drop.ondragleave = () => drop.classList.remove("over");
  drop.ondrop = (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files[0]) begin(s, event.dataTransfer.files[0]);
  };
  s.$(".cancel").onclick = () => s.request && s.request.abort();
  s.leave = () => { if (s.request) s.request.abort(); mounted.delete(root); };
  return s.leave;
}

function begin(s, file) {
  if (file.size > s.data.max_bytes) return fail(s, s.data.texts.error_large);
  if (file.size > s.data.free_bytes) return fail(s, s.data.texts.error_disk);
  if (file.size === 0) return fail(s, s.data.texts.error_empty);
  s.renewed = false;
  send(s, file);
}

function send(s, file) {
  const { ticket } = s.data;
  const request = new XMLHttpRequest();
  s.request = request;
  say(s, "", "");
  busy(s, true);
  const percent = (share) => `${s.data.texts.sending}: ${file.name} (${Math.round(100 * share)} %)`;
  s.$("progress").value = 0;
  s.$(".what").textContent = percent(0);
  request.open("PUT", new URL(s.data.address, document.baseURI));
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("X-Upload-Secret", s.data.secret);
  request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
  request.upload.onprogress = (event) => {
    if (!event.lengthComputable) return;
    s.$("progress").value = event.loaded / event.total;
    s.$(".what").textContent = percent(event.loaded / event.total);
  };
  request.onload = () => {
    s.request = null;
    if (request.status < 300) {
      busy(s, false);
      say(s, s.data.texts.arrived, "");
      s.set("uploaded", ticket);
    } else if (request.status === 403 && !s.renewed) {
      s.renewed = true;              // the page was open for long: it gives a new ticket, and we go on by ourselves
      if (s.data.ticket !== ticket) return send(s, file);
      s.waiting = file;
      s.set("dropped", ticket);
    } else {
      fail(s, message(request) || s.data.texts.error_network);
    }
  };
  request.onerror = () => fail(s, s.data.texts.error_network);
  request.onabort = () => {
    s.request = null;
    busy(s, false);
    say(s, s.data.texts.cancelled, "");
    s.set("dropped", ticket);        // also what has arrived already is thrown away
  };
  request.send(file);
}

function message(request) {
  try { return JSON.parse(request.responseText).error; } catch { return ""; }
}

function fail(s, text) {
  s.request = null;
  busy(s, false);
  say(s, "", text);
}

function busy(s, on) {
  s.$(".drop").hidden = on;
  s.$(".sending").hidden = !on;
  if (on) s.$(".cancel").focus();
}

function say(s, status, error) {
  s.$(".status").textContent = status;
  s.$(".error").textContent = error;
}
