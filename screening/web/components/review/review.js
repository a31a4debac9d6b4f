// The review workspace: films of one or two takes, their curves, one cursor for all, and corrections sent to the page.
//
// data: { takes: [one or two], texts, editable, borders: [{key, label}], comparable: [{key, label}], rates }
// A take: { name, label, panes: [{address, title}], times (film clock, s), shown (real time, s), curves, start (the
// curve that is shown first), reps, marks, drawn, width, height, notes }. Corrections go out as the trigger `corrected`.
const made = new WeakMap();

export default function (component) {
  const { parentElement: root, data, setTriggerValue } = component;
  let w = made.get(root);
  if (!w) { w = { box: root.querySelector(".review"), at: 0, rate: 1, curve: {} }; made.set(root, w); }
  w.send = (what) => setTriggerValue("corrected", what);
  if (w.text !== JSON.stringify(data)) { w.text = JSON.stringify(data); show(w, data); }
  return () => { cancelAnimationFrame(w.loop); w.watch?.disconnect(); for (const v of films(w)) v.pause(); made.delete(root); };
}

function show(w, data) {
  const places = (d) => JSON.stringify(d?.takes.map((t) => [t.name, t.panes]));
  const same = places(w.data) === places(data);
  w.data = data;
  if (!same) build(w);
  for (const [k, take] of data.takes.entries()) fill(w, w.views[k], take);
  seek(w, w.at, true);
}

const films = (w) => (w.views ?? []).flatMap((view) => view.films);

// ---- building -----------------------------------------------------------------------------------------------------

function build(w) {
  const { takes, texts } = w.data;
  cancelAnimationFrame(w.loop);
  w.watch?.disconnect();
  w.watch = new ResizeObserver(() => w.views.forEach((view) => paint(w, view)));
  w.views = takes.map((take, k) => buildTake(w, take, k));
  const all = make("div", { className: `takes${takes.length > 1 ? " pair" : ""}${takes.some((t) => t.curves.length) ? "" : " bare"}` }, ...w.views.map((v) => v.element));
  // A change between light and dark: the style sheet lets a curve's colour change take a moment, whose end is heard here.
  all.addEventListener("transitionend", ({ target }) => w.views.forEach((v) => v.element.contains(target) && target.tagName === "CANVAS" && paint(w, v)));
  w.play = make("button", { className: "play", textContent: texts.play, onclick: () => toggle(w) });
  const back = make("button", { textContent: "‹", title: texts.frame_back, onclick: () => step(w, -1) });
  const on = make("button", { textContent: "›", title: texts.frame_on, onclick: () => step(w, 1) });
  back.setAttribute("aria-label", texts.frame_back);
  on.setAttribute("aria-label", texts.frame_on);
  const speed = make("select", { onchange: () => { w.rate = Number(speed.value); } },
    ...w.data.rates.map((rate) => make("option", { value: rate, textContent: `${rate} ×` })));
  speed.setAttribute("aria-label", texts.speed);
  speed.value = w.rate;
  w.box.replaceChildren(make("div", { className: "row controls" }, back, w.play, on, speed,
    make("small", { className: "small", textContent: texts.keys })), all);
  w.box.onkeydown = (event) => key(w, event);
  w.views.forEach((view) => w.watch.observe(view.canvas));
}

function buildTake(w, take, k) {
  const { texts } = w.data;
  const view = { k, films: [], points: [] };
  const panes = take.panes.map(({ address, title }, i) => {
    const film = make("video", { src: address, muted: true, playsInline: true, preload: "auto" });
    film.setAttribute("aria-label", title);
    film.onseeked = () => { if (film.wanted !== undefined) { const to = film.wanted; film.wanted = undefined; film.currentTime = to; } };
    film.onended = () => { if (w.playing) rest(w); };
    film.onerror = () => { caption.textContent = `${title}: ${texts.no_film}`; };
    view.films.push(film);
    const frame = make("div", { className: "film" }, film);
    if (i === 0) { view.svg = svg("svg", {}); frame.append(view.svg); view.frame = frame; view.svg.onpointerdown = (event) => point(w, view, event); }
    const caption = make("figcaption", { textContent: title });
    return make("figure", {}, frame, caption);
  });
  view.canvas = make("canvas", { tabIndex: 0 });
  view.canvas.setAttribute("role", "slider");
  const aim = (event) => { if (event.buttons) seekTake(w, view, timeAt(view, event)); };
  view.canvas.onpointerdown = (event) => { view.canvas.setPointerCapture(event.pointerId); pause(w); aim(event); };
  view.canvas.onpointermove = aim;
  view.choice = make("select", { onchange: () => choose(w, view) });
  view.choice.setAttribute("aria-label", texts.curve);
  view.value = make("p", { className: "value" });
  view.says = make("p", { className: "says" });
  view.edit = make("div", { className: "edit", hidden: true });
  view.element = make("section", { className: "take" }, make("h3", { textContent: take.label }), view.says,
    make("div", { className: "panes" }, ...panes), view.choice, view.canvas, view.value, view.edit);
  return view;
}

// ---- what changes with a correction -------------------------------------------------------------------------------

function fill(w, view, take) {
  view.take = take;
  view.says.textContent = take.notes;
  view.says.hidden = !take.notes;
  view.choice.replaceChildren(...take.curves.map((c) => make("option", { value: c.key, textContent: c.label })));
  const kept = w.curve[view.k] ?? take.start;
  if (take.curves.some((c) => c.key === kept)) view.choice.value = kept;
  view.edit.hidden = !(w.data.editable && view.k === 0);
  if (!view.edit.hidden) fillEdit(w, view);
  view.choice.hidden = view.canvas.hidden = !take.curves.length;
  paint(w, view);
}

function fillEdit(w, view) {
  const { texts, borders, comparable } = w.data, { take } = view, send = (kind, more) => w.send({ take: take.name, kind, ...more });
  view.chips = take.reps.map((rep) => {
    const chip = make("button", { className: "rep", textContent: `${rep.index}`, title: rep.why, onclick: () => send("drop", { rep: rep.index }) });
    chip.setAttribute("aria-pressed", String(rep.used));
    chip.setAttribute("aria-label", `${texts.repetition} ${rep.index}: ${rep.used ? texts.counts : texts.left_out}`);
    chip.disabled = !rep.mine && !rep.used;
    return chip;
  });
  const border = make("select", {}, ...borders.map((b) => make("option", { value: b.key, textContent: b.label })));
  border.setAttribute("aria-label", texts.border);
  const note = make("input", { type: "text", placeholder: texts.mark_note, maxLength: 200 });
  note.setAttribute("aria-label", texts.mark_note);
  const against = make("select", {}, make("option", { value: "", textContent: texts.no_angle }),
    ...comparable.map((c) => make("option", { value: c.key, textContent: c.label })));
  against.setAttribute("aria-label", texts.against);
  view.keep = make("button", { textContent: texts.keep_angle, disabled: true, onclick: () => {
    send("draw", { frame: view.drawnAt, points: view.points, angle: against.value }); drawing(view, false); } });
  const draw = make("button", { textContent: texts.draw, disabled: !view.svg, onclick: () => { pause(w); drawing(view, !view.drawing); view.drawnAt = frameOf(view); } });
  view.edit.replaceChildren(
    make("div", { className: "row" }, make("span", { textContent: texts.repetitions }), ...view.chips),
    make("div", { className: "row" }, make("span", { textContent: texts.move }), border,
      make("button", { textContent: texts.move_here, onclick: () => { const rep = near(view); if (rep) send("border", { rep: rep.index, border: border.value, frame: frameOf(view) }); } })),
    make("div", { className: "row" }, make("span", { textContent: texts.mark }), note,
      make("button", { textContent: texts.mark_here, onclick: () => send("mark", { frame: frameOf(view), note: note.value }) })),
    make("div", { className: "row" }, make("span", { textContent: texts.angle }), draw, against, view.keep),
    list(w, view, send));
}

function list(w, view, send) {
  const { texts } = w.data;
  const line = (kind, k, entry) => {
    const words = [`${view.take.shown[entry.frame].toFixed(2)} s`, entry.text].filter(Boolean).join(": ");
    const go = make("button", { textContent: words, onclick: () => seekTake(w, view, view.take.times[entry.frame]) });
    const drop = make("button", { textContent: texts.remove, onclick: () => send(`un${kind}`, { k }) });
    drop.setAttribute("aria-label", `${texts.remove}: ${words}`);
    return make("li", {}, go, drop);
  };
  return make("ul", {}, ...view.take.marks.map((m, k) => line("mark", k, m)), ...view.take.drawn.map((d, k) => line("draw", k, d)));
}

// Both takes show the same angle where both have it.
function choose(w, view) {
  for (const one of w.views) {
    if (one.take.curves.some((c) => c.key === view.choice.value)) one.choice.value = view.choice.value;
    w.curve[one.k] = one.choice.value;
  }
  for (const one of w.views) { paint(w, one); tell(w, one); }
}

// Two takes share one scale, so that the same height means the same angle.
function range(w) {
  const seen = w.views.flatMap((view) => (view.take && chosen(view)?.values) || []).filter((v) => v !== null);
  const low = Math.min(0, ...seen);
  return [low, Math.max(low + 10, ...seen)];
}

// ---- time -----------------------------------------------------------------------------------------------------------

function key(w, event) {
  if (event.target.matches("input, select")) return;
  const moves = { ",": -1, ".": 1, ArrowLeft: -1, ArrowRight: 1 };
  if (event.key in moves) step(w, moves[event.key] * (event.shiftKey ? 10 : 1));
  else if (event.key === " " && !event.target.matches("button")) toggle(w);
  else return;
  event.preventDefault();
}

function step(w, n) {
  pause(w);
  const view = w.views[0], { times } = view.take;
  seek(w, times[Math.min(Math.max(frameOf(view) + n, 0), times.length - 1)], true);
}

// Films run on their own while they play and may be some frames apart; at rest all show the frame of the cursor.
function rest(w) {
  const leader = films(w).find((film) => !film.error);
  pause(w);
  seek(w, leader ? leader.currentTime : w.at, true);
}

function toggle(w) {
  if (w.playing) { rest(w); return; }
  const { times } = w.views[0].take;
  if (w.at >= times[times.length - 1] - 0.05) seek(w, 0, true);
  w.playing = true;
  w.play.textContent = w.data.texts.pause;
  for (const film of films(w)) { film.playbackRate = w.rate; film.play().catch(() => {}); }
  w.loop = requestAnimationFrame(() => run(w));
}

function pause(w) {
  w.playing = false;
  cancelAnimationFrame(w.loop);
  if (w.play) w.play.textContent = w.data.texts.play;
  for (const film of films(w)) film.pause();
}

function run(w) {
  if (!w.playing) return;
  const leader = w.views[0].films.find((film) => !film.error);
  if (!leader) { pause(w); return; }
  w.at = leader.currentTime;
  leader.playbackRate = w.rate;
  for (const view of w.views) {
    const to = matching(w, view), pace = view.k ? paceOf(w, view) : 1;
    for (const film of view.films) {
      if (film === leader || film.error) continue;
      film.playbackRate = Math.min(4, Math.max(0.07, w.rate * pace));
      if (Math.abs(film.currentTime - to) > 0.12 && !film.seeking) film.currentTime = to;
    }
    paint(w, view);
    tell(w, view);
  }
  w.loop = requestAnimationFrame(() => run(w));
}

function seekTake(w, view, time) {
  if (view.k === 0) { seek(w, time, true); return; }
  seek(w, mapTime(time, view.take, w.views[0].take), true);
}

function seek(w, time, films_too) {
  w.at = time;
  for (const view of w.views) {
    if (films_too) for (const film of view.films) {
      const to = middleOf(view, matching(w, view));
      if (film.seeking) film.wanted = to; else film.currentTime = to;
    }
    paint(w, view);
    tell(w, view);
  }
}

// A film jumps into the middle of a frame: at its very beginning, rounding may show the one before.
function middleOf(view, time) {
  const { times } = view.take, k = frameAt(times, time), next = times[k + 1] ?? times[k] + 0.02;
  return times[k] + 0.4 * (next - times[k]);
}

const matching = (w, view) => view.k ? mapTime(w.at, w.views[0].take, view.take) : w.at;

// Same repetition, same phase, same share of the phase; between repetitions the same share of the pause.
function mapTime(time, from, to) {
  const a = edges(from), b = edges(to), n = Math.min(a.length, b.length);
  let k = 0;
  while (k < n - 2 && time >= a[k + 1]) k += 1;
  const share = Math.min(1, Math.max(0, (time - a[k]) / Math.max(1e-6, a[k + 1] - a[k])));
  return b[k] + share * (b[k + 1] - b[k]);
}

function edges(take) {
  const { times } = take, at = (k) => times[Math.min(k, times.length - 1)];
  return [0, ...take.reps.flatMap((r) => [at(r.start), at(r.bottom), at(r.end)]), times[times.length - 1]];
}

function paceOf(w, view) {
  const one = matching(w, view), two = mapTime(w.at + 0.05, w.views[0].take, view.take);
  return Math.max(0, (two - one) / 0.05);
}

function frameAt(times, time) {
  let low = 0, high = times.length - 1;
  while (low < high) { const mid = (low + high + 1) >> 1; if (times[mid] <= time + 1e-4) low = mid; else high = mid - 1; }
  return low;
}

const current = (view) => view.now ?? 0;
const frameOf = (view) => frameAt(view.take.times, current(view));

function near(view) {
  const k = frameOf(view), away = (r) => k < r.start ? r.start - k : k >= r.end ? k - r.end + 1 : 0;
  return [...view.take.reps].sort((a, b) => away(a) - away(b))[0];
}

// ---- words and picture ------------------------------------------------------------------------------------------------

function tell(w, view) {
  view.now = matching(w, view);
  const { texts } = w.data, { take } = view, k = frameOf(view), curve = chosen(view);
  const rep = take.reps.find((r) => k >= r.start && k < r.end);
  const phase = !rep ? "" : k < rep.bottom_start ? texts.descent : k < rep.bottom_end ? texts.bottom : texts.ascent;
  const j = curve ? Math.min(curve.values.length - 1, Math.round(k / curve.every)) : 0;
  const v = curve?.values[j], sd = curve?.sd[j];
  const number = curve ? (v === null ? texts.not_seen : `${sign(v)}${Math.abs(v).toFixed(0)}${curve.unit} ± ${(1.96 * sd).toFixed(0)}${curve.unit}`) : "";
  const words = [`${take.shown[k].toFixed(2)} s, ${texts.frame} ${k}`, rep ? `${texts.repetition} ${rep.index}, ${phase}` : texts.between,
    curve ? `${curve.label}: ${number}` : ""].filter(Boolean).join(" · ");
  view.value.textContent = words;
  view.canvas.setAttribute("aria-valuenow", String(k));
  view.canvas.setAttribute("aria-valuemax", String(take.times.length - 1));
  view.canvas.setAttribute("aria-valuemin", "0");
  view.canvas.setAttribute("aria-valuetext", words);
  view.canvas.setAttribute("aria-label", curve ? curve.label : texts.curve);
  (view.chips ?? []).forEach((chip, i) => chip.classList.toggle("now", rep?.index === take.reps[i]?.index));
  const drawn = view.drawing ? view.points : take.drawn.find((d) => d.frame === k)?.points;
  sketch(view, drawn ?? []);
}

const sign = (v) => Math.round(v) < 0 ? "−" : "";
const chosen = (view) => view.take.curves.find((c) => c.key === view.choice.value) ?? view.take.curves[0];

function paint(w, view) {
  const { canvas, take } = view, box = canvas.getBoundingClientRect();
  if (!take || !box.width) return;
  view.now = matching(w, view);
  const ratio = window.devicePixelRatio || 1, width = Math.round(box.width * ratio), height = Math.round(box.height * ratio);
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  const pen = canvas.getContext("2d"), style = getComputedStyle(canvas), ink = style.color;
  const size = { left: 38, right: 8, top: 18, bottom: 20, width: box.width, height: box.height };
  const last = take.times[take.times.length - 1] || 1;
  const x = (t) => size.left + (t / last) * (size.width - size.left - size.right);
  view.scale = (px) => ((px - size.left) / (size.width - size.left - size.right)) * last;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, size.width, size.height);
  pen.font = `12px ${style.fontFamily}`;
  shade(pen, take, x, size, ink);
  const curve = chosen(view);
  if (curve) draw(pen, take, curve, x, size, ink, range(w));
  for (const entry of [...take.marks, ...take.drawn]) flag(pen, x(take.times[entry.frame]), size, ink);
  pen.strokeStyle = style.getPropertyValue("--st-primary-color") || ink;
  pen.lineWidth = 2;
  line(pen, x(view.now), size.top - 6, x(view.now), size.height - size.bottom);
}

function shade(pen, take, x, size, ink) {
  const at = (k) => x(take.times[Math.min(k, take.times.length - 1)]);
  for (const r of take.reps) {
    for (const [from, to, alpha] of [[r.start, r.end, 0.08], [r.bottom_start, r.bottom_end, 0.14]]) {
      pen.globalAlpha = r.used ? alpha : alpha / 3;
      pen.fillStyle = ink;
      pen.fillRect(at(from), size.top, at(to) - at(from), size.height - size.top - size.bottom);
    }
    pen.globalAlpha = r.used ? 1 : 0.6;
    pen.textAlign = "center";
    pen.fillText(r.used ? `${r.index}` : `(${r.index})`, (at(r.start) + at(r.end)) / 2, size.top - 5);
    pen.globalAlpha = 1;
  }
}

function draw(pen, take, curve, x, size, ink, [low, high]) {
  const room = 0.08 * (high - low);
  const y = (v) => size.top + (high + room - v) / (high - low + 2 * room) * (size.height - size.top - size.bottom);
  const at = (j) => x(take.times[Math.min(j * curve.every, take.times.length - 1)]);
  pen.fillStyle = ink; pen.strokeStyle = ink; pen.textAlign = "right"; pen.lineWidth = 1;
  for (const v of ticks(low, high)) {
    pen.globalAlpha = 0.85; pen.fillText(`${sign(v)}${Math.abs(v)}${curve.unit}`, size.left - 4, y(v) + 4);
    pen.globalAlpha = v === 0 ? 0.5 : 0.15; line(pen, size.left, y(v), size.width - size.right, y(v));
  }
  pen.globalAlpha = 0.85; pen.textAlign = "center";
  const last = take.shown[take.shown.length - 1];
  for (const s of ticks(0, last).filter((s) => s > 0)) pen.fillText(`${s} s`, x(s * take.times[take.times.length - 1] / last), size.height - 5);
  pen.save();
  pen.beginPath(); pen.rect(size.left, size.top, size.width - size.left - size.right, size.height - size.top - size.bottom); pen.clip();
  pen.globalAlpha = 0.18; pen.fillStyle = curve.colour;
  for (const [a, b] of runs(curve.values)) {
    pen.beginPath();
    for (let j = a; j <= b; j += 1) pen.lineTo(at(j), y(curve.values[j] + 1.96 * curve.sd[j]));
    for (let j = b; j >= a; j -= 1) pen.lineTo(at(j), y(curve.values[j] - 1.96 * curve.sd[j]));
    pen.fill();
  }
  pen.globalAlpha = 1; pen.strokeStyle = curve.colour; pen.lineWidth = 2; pen.setLineDash(curve.dashed ? [6, 4] : []);
  for (const [a, b] of runs(curve.values)) {
    pen.beginPath();
    for (let j = a; j <= b; j += 1) pen.lineTo(at(j), y(curve.values[j]));
    pen.stroke();
  }
  pen.restore();
}

function runs(values) {
  const out = [];
  for (let j = 0; j < values.length; j += 1) {
    if (values[j] === null) continue;
    if (j && values[j - 1] !== null) out[out.length - 1][1] = j; else out.push([j, j]);
  }
  return out;
}

function ticks(low, high) {
  const raw = (high - low) / 4 || 1, base = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * base).find((s) => s >= raw);
  const out = [];
  for (let v = Math.ceil(low / step) * step; v <= high + 1e-9; v += step) out.push(Number(v.toFixed(6)));
  return out;
}

function flag(pen, x, size, ink) {
  pen.fillStyle = ink;
  pen.beginPath(); pen.moveTo(x, size.height - size.bottom); pen.lineTo(x - 5, size.height - size.bottom + 7); pen.lineTo(x + 5, size.height - size.bottom + 7); pen.fill();
}

function line(pen, x1, y1, x2, y2) { pen.beginPath(); pen.moveTo(x1, y1); pen.lineTo(x2, y2); pen.stroke(); }

function timeAt(view, event) {
  const { times } = view.take;
  const asked = view.scale(event.clientX - view.canvas.getBoundingClientRect().left);
  return times[frameAt(times, Math.min(Math.max(asked, 0), times[times.length - 1]))];
}

// ---- drawing an angle ---------------------------------------------------------------------------------------------------

function drawing(view, on) {
  view.drawing = on;
  view.points = [];
  view.keep.disabled = true;
  view.frame.classList.toggle("drawing", on);
  sketch(view, []);
}

function point(w, view, event) {
  if (!view.drawing) return;
  if (view.points.length === 3) view.points = [];
  const box = placed(view), spot = view.svg.getBoundingClientRect();
  view.points.push([(event.clientX - spot.left - box.x) / box.scale, (event.clientY - spot.top - box.y) / box.scale]);
  view.keep.disabled = view.points.length < 3;
  sketch(view, view.points);
  if (view.points.length === 3) view.value.textContent = `${w.data.texts.drawn}: ${between(view.points).toFixed(0)}°`;
}

// Where the picture lies in its box, which may be wider or higher.
function placed(view) {
  const box = view.svg.getBoundingClientRect(), { width, height } = view.take, scale = Math.min(box.width / width, box.height / height) || 1;
  return { scale, x: (box.width - scale * width) / 2, y: (box.height - scale * height) / 2 };
}

function sketch(view, points) {
  if (!view.svg) return;  // a take whose film is gone, or shown to nobody
  const box = placed(view), at = points.map(([x, y]) => [box.x + x * box.scale, box.y + y * box.scale]);
  const way = at.map(([x, y]) => `${x},${y}`).join(" ");
  view.svg.replaceChildren(...(at.length > 1 ? ["outer", "inner"].map((c) => svg("polyline", { class: c, points: way })) : []),
    ...at.map(([cx, cy]) => svg("circle", { cx, cy, r: 4 })));
}

function between([a, v, b]) {
  const p = [a[0] - v[0], a[1] - v[1]], q = [b[0] - v[0], b[1] - v[1]];
  return Math.abs(Math.atan2(p[0] * q[1] - p[1] * q[0], p[0] * q[0] + p[1] * q[1])) * 180 / Math.PI;
}

// -------------------------------------------------------------------------------------------------------------------------

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function svg(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
