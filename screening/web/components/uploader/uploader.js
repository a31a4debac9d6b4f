// Chooses or drops files and sends each with a ticket of its own. State lives with the mounted element, so that reruns
// of the page's script neither stop an upload nor start one twice.
const mounted = new WeakMap();

export default function (component) {
  const { parentElement: root, data, setStateValue } = component;
  let s = mounted.get(root);
  if (s) {
    s.data = data;
    s.set = setStateValue;
    refill(s);
    next(s);
    return s.leave;
  }
  s = { data, set: setStateValue, waiting: [], running: null, tickets: [], known: new Set(), done: [], dropped: [] };
  mounted.set(root, s);
  refill(s);
  s.$ = (query) => root.querySelector(query);
  s.$(".choose").textContent = data.texts.choose;
  s.$(".hint").textContent = data.texts.drop;
  s.$(".limits").textContent = data.texts.limits;
  s.$(".file").multiple = data.multiple;

  s.$(".file").onchange = (event) => {
    const files = [...event.target.files];
    event.target.value = "";
    begin(s, files);
  };
  const drop = s.$(".drop");
  drop.ondragover = (event) => { event.preventDefault(); drop.classList.add("over"); };
  drop.ondragleave = () => drop.classList.remove("over");
  drop.ondrop = (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    begin(s, [...event.dataTransfer.files]);
  };
  s.leave = () => { if (s.running) s.running.abort(); mounted.delete(root); };
  return s.leave;
}

function refill(s) {
  for (const ticket of s.data.tickets) {
    if (!s.known.has(ticket.id)) { s.known.add(ticket.id); s.tickets.push(ticket); }
  }
  const alive = new Set(s.data.tickets.map((ticket) => ticket.id));
  s.tickets = s.tickets.filter((ticket) => alive.has(ticket.id));
}

function begin(s, files) {
  say(s, "", "");
  for (const file of s.data.multiple ? files : files.slice(0, 1)) {
    if (file.size > s.data.max_bytes) say(s, "", s.data.texts.error_large);
    else if (file.size > s.data.free_bytes) say(s, "", s.data.texts.error_disk);
    else if (file.size === 0) say(s, "", s.data.texts.error_empty);
    else s.waiting.push(row(s, file));
  }
  busy(s);
  next(s);
}

function row(s, file) {
  const item = document.createElement("li");
  item.innerHTML = '<span class="what"></span><progress max="1" value="0"></progress><button class="cancel" type="button"></button>';
  const job = { file, item, again: recall(file), renewed: false, stopped: false, abort: () => {} };
  job.show = (share, words = s.data.texts.sending) => {
    item.querySelector("progress").value = share;
    item.querySelector(".what").textContent = `${words}: ${file.name} (${Math.round(100 * share)} %)`;
    job.share = share;
  };
  job.show(0);
  const stop = item.querySelector(".cancel");
  stop.textContent = s.data.texts.cancel;
  stop.onclick = () => {
    job.stopped = true;
    job.abort();
    if (s.running !== job) { s.waiting = s.waiting.filter((other) => other !== job); ended(s, job, s.data.texts.cancelled, ""); }
  };
  s.$(".files").append(item);
  return job;
}

async function next(s) {
  if (s.running || !s.waiting.length) return;
  const job = s.waiting[0];
  const ticket = job.again || s.tickets.shift();
  if (!ticket) { if (!s.asked) { s.asked = true; s.set("wanted", s.known.size); } return; }
  s.asked = false;
  s.waiting.shift();
  s.running = job;
  if (!s.data.multiple) job.item.querySelector(".cancel").focus();
  remember(job.file, ticket);
  let status = "", error = "";
  try {
    await sendFile(job.file, job.file.name, ticket, {
      progress: (share) => job.show(share),
      waiting: () => job.show(job.share, s.data.texts.waiting),
      hold: (abort) => { job.abort = abort; },
    }, Boolean(job.again));
    if (job.stopped) throw { stopped: true };
    s.done.push({ id: ticket.id, secret: ticket.secret });
    status = s.data.texts.arrived;
    s.set("uploaded", [...s.done]);
  } catch (trouble) {
    if (trouble.ticket && !job.renewed) {  // the page was open for long: it gives a new ticket, and we go on
      job.renewed = true;
      job.again = null;
      forget(job.file);
      s.running = null;
      s.waiting.unshift(job);
      give_up(s, ticket);
      return next(s);
    }
    if (trouble.stopped) { status = s.data.texts.cancelled; give_up(s, ticket); }
    else error = trouble.message || s.data.texts.error_network;
  }
  forget(job.file);
  s.running = null;
  ended(s, job, status, error);
  next(s);
}

function give_up(s, ticket) {
  s.dropped.push({ id: ticket.id, secret: ticket.secret });
  s.set("dropped", [...s.dropped]);  // also what has arrived already is thrown away
}

function ended(s, job, status, error) {
  job.item.remove();
  say(s, status, error);
  busy(s);
}

function busy(s) {
  const on = s.$(".files").childElementCount > 0;
  s.$(".drop").hidden = on && !s.data.multiple;
}

function say(s, status, error) {
  s.$(".status").textContent = status;
  s.$(".error").textContent = error;
}
