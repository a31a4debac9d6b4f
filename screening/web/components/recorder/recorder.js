// Films one take in the browser: live picture, framing check by the program's own route, countdown without hands,
// counted repetitions, replay, and sending. State lives with the mounted element, so that reruns of the page's script
// do not stop the camera.
const mounted = new WeakMap();
const TYPES = ["video/mp4;codecs=avc1.640028", "video/mp4;codecs=avc1.42E01F", "video/webm;codecs=vp9",
  "video/webm;codecs=vp8", "video/webm", "video/mp4"];
// Pictures that stand alone come often, so that a jump in the film is quick.
const BITS = 8_000_000, KEY_EVERY_MS = 500, LOOK_PX = 480, SPEAK_EVERY_MS = 3500, MISSED_LOOKS = 3;
const REVERSAL = 0.2;  // a repetition goes down and up again by this much of the trunk's length
const [NOSE, SHOULDERS, HIPS] = [[0], [11, 12], [23, 24]];
const LIMBS = { left: [[11, 13], [13, 15], [23, 25], [25, 27], [27, 31]], right: [[12, 14], [14, 16], [24, 26], [26, 28], [28, 32]],
  middle: [[11, 12], [23, 24], [11, 23], [12, 24]] };

export default function (component) {
  const { parentElement: root, data, setStateValue } = component;
  let s = mounted.get(root);
  if (s) { s.data = data; s.set = setStateValue; return s.leave; }
  s = { root, data, set: setStateValue, $: (query) => root.querySelector(query), good_since: 0, spoken_at: 0, said: "" };
  mounted.set(root, s);
  label(s);
  s.$(".open").onclick = () => open(s, {});
  s.$(".record").onclick = () => countdown(s);
  s.$(".stop").onclick = () => (s.state === "countdown" ? show(s, "preview") : finish(s));
  s.$(".retake").onclick = () => retake(s);
  s.$(".keep").onclick = () => keep(s);
  s.$("select").onchange = (event) => open(s, { deviceId: { exact: event.target.value } });
  s.$(".voice").checked = stored("voice") !== "off";
  s.$(".voice").onchange = (event) => { store("voice", event.target.checked ? "on" : "off"); window.speechSynthesis?.cancel(); };
  s.leave = () => { close(s); mounted.delete(root); };
  show(s, "idle");
  return s.leave;
}

function label(s) {
  const { texts } = s.data;
  for (const name of ["open", "record", "stop", "keep", "retake", "copy"]) s.$(`.${name}`).textContent = texts[name];
  s.$(".welcome p").textContent = texts.welcome;
  s.$(".which span").textContent = texts.camera;
  s.$(".auto + span").textContent = texts.auto;
  s.$(".voice + span").textContent = texts.voice;
  s.$(".live").setAttribute("aria-label", texts.live);
  s.$(".replay").setAttribute("aria-label", texts.replay);
}

const VISIBLE = {
  idle: [".open", ".welcome"],
  preview: [".picture", ".record", ".advice", ".settings", ".outline"],
  countdown: [".picture", ".stop", ".advice", ".outline"],
  recording: [".picture", ".stop", ".advice"],
  review: [".replay", ".keep", ".retake", ".copy"],
  sending: [".replay", ".sending", ".copy"],
};
const PARTS = [".open", ".welcome", ".picture", ".record", ".stop", ".advice", ".settings", ".outline", ".replay", ".keep",
  ".retake", ".copy", ".sending"];

function show(s, state) {
  s.state = state;
  s.$(".stage").dataset.state = state;
  for (const part of PARTS) s.$(part).toggleAttribute("hidden", !VISIBLE[state].includes(part));
  s.$(".count").textContent = "";
  if (state !== "recording") s.$(".reps").textContent = "";
  if (state === "preview") { s.good_since = 0; s.missed = 0; }
  if (state !== "review") s.$(".error").textContent = "";
}

async function open(s, choice) {
  s.$(".error").textContent = "";
  if (!window.isSecureContext || !navigator.mediaDevices) return fail(s, s.data.texts.error_secure);
  stopStream(s);
  const facing = Object.keys(choice).length ? choice : { facingMode: { ideal: "environment" } };
  const size = { width: { ideal: 1920 }, height: { ideal: 1080 }, frameRate: { ideal: 60 } };
  try {
    s.stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...size, ...facing } });
  } catch (trouble) {
    show(s, "idle");
    const texts = s.data.texts;
    return fail(s, { NotAllowedError: texts.error_denied, NotFoundError: texts.error_none }[trouble.name] || texts.error_camera);
  }
  if (!mounted.has(s.root)) return stopStream(s);
  const track = s.stream.getVideoTracks()[0];
  track.onended = () => { if (s.state !== "review" && s.state !== "sending") { stopAll(s); show(s, "idle"); fail(s, s.data.texts.error_camera); } };
  s.mode = track.getSettings().facingMode || "";
  s.$(".picture").classList.toggle("flipped", s.mode === "user");
  const live = s.$(".live");
  live.srcObject = s.stream;
  await live.play().catch(() => {});
  await listCameras(s, track);
  show(s, "preview");
  clearInterval(s.timer);
  s.timer = setInterval(() => look(s), 1000 * s.data.every_s);
  advise(s, "", s.data.texts.looking);
}

async function listCameras(s, track) {
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === "videoinput");
  const names = { user: s.data.texts.front, environment: s.data.texts.back };
  const options = cameras.map((camera, i) => {
    const option = document.createElement("option");
    option.value = camera.deviceId;
    const kind = /back|rear|environment/i.test(camera.label) ? names.environment : /front|user/i.test(camera.label) ? names.user : "";
    option.textContent = [kind, camera.label || `${s.data.texts.camera} ${i + 1}`].filter(Boolean).join(": ");
    option.selected = camera.deviceId === track.getSettings().deviceId;
    return option;
  });
  s.$("select").replaceChildren(...options);
}

// ---- framing

async function look(s) {
  if (s.looking || !["preview", "countdown", "recording"].includes(s.state)) return;
  const live = s.$(".live");
  if (!live.videoWidth) return;
  s.looking = true;
  try {
    const answer = await ask(s, await snapshot(live));
    if (!answer) return;
    draw(s, answer.points);
    if (s.state === "recording") count(s, answer.points);
    else if (s.state === "preview") framed(s, answer);
    else if (answer.key !== "good" && ++s.missed >= MISSED_LOOKS) { show(s, "preview"); framed(s, answer); }
  } finally { s.looking = false; }
}

function snapshot(live) {
  const scale = Math.min(1, LOOK_PX / Math.max(live.videoWidth, live.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(live.videoWidth * scale);
  canvas.height = Math.round(live.videoHeight * scale);
  canvas.getContext("2d").drawImage(live, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.8); });
}

async function ask(s, jpeg) {
  const handheld = matchMedia("(pointer: coarse)").matches ? 1 : 0;
  const address = `${s.data.framing}?handheld=${handheld}&standing=${s.data.standing ? 1 : 0}`;
  try {
    const answer = await fetch(new URL(address, document.baseURI), { method: "POST", body: jpeg,
      headers: { "Content-Type": "image/jpeg", "X-Upload-Secret": s.data.secret }, cache: "no-store" });
    if (answer.status === 403 && s.expired !== s.data.ticket) { s.expired = s.data.ticket; s.set("dropped", s.data.ticket); }
    return answer.ok ? answer.json() : null;
  } catch { advise(s, "", s.data.texts.no_check); return null; }
}

function framed(s, answer) {
  advise(s, answer.key, answer.sentence);
  if (answer.key !== "good") { s.good_since = 0; say(s, answer.sentence); return; }
  if (!s.good_since) { s.good_since = performance.now(); say(s, answer.sentence); }
  if (s.$(".auto").checked && performance.now() - s.good_since >= 1000 * s.data.hold_s) countdown(s);
}

function advise(s, key, sentence) {
  s.$(".stage").classList.toggle("good", key === "good");
  if (s.$(".words").textContent !== sentence) s.$(".words").textContent = sentence;
}

function draw(s, points) {
  const canvas = s.$(".points"), live = s.$(".live");
  canvas.width = live.videoWidth;
  canvas.height = live.videoHeight;
  const pen = canvas.getContext("2d");
  pen.lineWidth = Math.max(3, canvas.height / 200);
  pen.lineCap = "round";
  if (!points.length) return;
  for (const [side, limbs] of Object.entries(LIMBS)) {
    pen.strokeStyle = s.data.colours[side];
    pen.setLineDash(side === "right" ? [pen.lineWidth * 2, pen.lineWidth * 2] : []);
    for (const [a, b] of limbs) {
      pen.beginPath();
      pen.moveTo(points[a][0] * canvas.width, points[a][1] * canvas.height);
      pen.lineTo(points[b][0] * canvas.width, points[b][1] * canvas.height);
      pen.stroke();
    }
  }
}

// ---- filming

function countdown(s) {
  show(s, "countdown");
  s.missed = 0;
  let left = s.data.countdown_s;
  const tick = () => {
    if (s.state !== "countdown") return;
    if (left === 0) return record(s);
    s.$(".count").textContent = String(left);
    say(s, String(left), true);
    left -= 1;
    setTimeout(tick, 1000);
  };
  tick();
}

function record(s) {
  const type = TYPES.find((name) => MediaRecorder.isTypeSupported(name));
  const pieces = [];
  s.recorder = new MediaRecorder(s.stream, { mimeType: type, videoBitsPerSecond: BITS, videoKeyFrameIntervalDuration: KEY_EVERY_MS });
  s.recorder.ondataavailable = (event) => { if (event.data.size) pieces.push(event.data); };
  s.recorder.onstop = () => review(s, new Blob(pieces, { type: s.recorder.mimeType }));
  s.recorder.onerror = () => { show(s, "preview"); fail(s, s.data.texts.error_camera); };
  s.recorder.start(1000);
  show(s, "recording");
  s.count = 0;
  s.turn = null;
  s.last_rep = 0;
  s.ends = setTimeout(() => finish(s), 1000 * s.data.max_s);
  clearInterval(s.timer);
  s.timer = setInterval(() => look(s), 150);
  counted(s);
  prompt(s, 0);
}

// One after the other; the last one stays for as long as the set lasts.
function prompt(s, n) {
  const one = s.data.prompts[n];
  if (!one || s.state !== "recording") return;
  advise(s, "", one.written);
  say(s, one.spoken, true);
  if (one.seconds > 0) s.prompting = setTimeout(() => prompt(s, n + 1), 1000 * one.seconds);
}

// A turn of the hips counts once it has gone back by REVERSAL: small sways never add up.
function count(s, points) {
  if (points.length) {
    const y = (group) => group.reduce((sum, i) => sum + points[i][1], 0) / group.length;
    const trunk = y(HIPS) - y(SHOULDERS);
    if (trunk > 0) {
      s.trunk = Math.max(s.trunk || 0, trunk);
      s.turn = step(s.turn, y(HIPS) / s.trunk, REVERSAL);
      if (s.turn.rose) { s.count += 1; s.last_rep = performance.now(); counted(s); say(s, String(s.count), true); }
    }
  }
  const rested = s.last_rep && performance.now() - s.last_rep > 1000 * s.data.after_set_s;
  if (s.data.reps && s.count >= s.data.reps && rested) finish(s);
}

function step(turn, y, reversal) {
  if (!turn) return { down: false, extreme: y, rose: false };
  const further = turn.down ? Math.max(turn.extreme, y) : Math.min(turn.extreme, y);
  if (Math.abs(y - further) < reversal) return { down: turn.down, extreme: further, rose: false };
  return { down: !turn.down, extreme: y, rose: turn.down };
}

function counted(s) {
  s.$(".reps").textContent = s.data.reps ? `${s.count} / ${s.data.reps}` : String(s.count);
}

function finish(s) {
  clearTimeout(s.ends);
  clearTimeout(s.prompting);
  if (s.recorder && s.recorder.state === "recording") { s.recorder.stop(); say(s, s.data.texts.finished, true); }
}

function review(s, blob) {
  clearInterval(s.timer);
  s.blob = blob;
  URL.revokeObjectURL(s.address);
  s.address = URL.createObjectURL(blob);
  const name = `${s.data.name}.${blob.type.startsWith("video/mp4") ? "mp4" : "webm"}`;
  s.file = new File([blob], name, { type: blob.type });
  Object.assign(s.$(".replay"), { src: s.address, muted: true, loop: true });
  s.$(".replay").play().catch(() => {});
  Object.assign(s.$(".copy"), { href: s.address, download: name });
  stopStream(s);
  show(s, "review");
  s.$(".keep").focus({ preventScroll: true });
}

function retake(s) {
  const { deviceId } = s.device || {};
  open(s, deviceId ? { deviceId: { exact: deviceId } } : {});
}

async function keep(s) {
  show(s, "sending");
  const { texts } = s.data;
  const tell = (share, words) => {
    s.$("progress").value = share;
    s.$(".what").textContent = `${words} (${Math.round(100 * share)} %)`;
    s.share = share;
  };
  tell(0, texts.sending);
  const ticket = { address: s.data.address, secret: s.data.secret }, used = s.data.ticket;
  try {
    await sendFile(s.file, s.file.name, ticket, {
      progress: (share) => tell(share, texts.sending), waiting: () => tell(s.share, texts.waiting), hold: (abort) => { s.abort = abort; } });
    s.set("kept", used);
    s.$(".what").textContent = texts.kept;
  } catch (trouble) {
    show(s, "review");
    if (trouble.ticket) s.set("dropped", s.data.ticket);
    fail(s, trouble.message || (trouble.ticket ? texts.error_ticket : texts.error_network));
  }
}

// ---- voice, only with voices of this machine

function say(s, words, now = false) {
  const speech = window.speechSynthesis, at = performance.now();
  if (!words || !speech || !s.$(".voice").checked) return;
  if (!now && (s.said === words && at - s.spoken_at < 2 * SPEAK_EVERY_MS || at - s.spoken_at < SPEAK_EVERY_MS)) return;
  const voices = speech.getVoices().filter((voice) => voice.localService);
  const voice = voices.find((one) => one.lang.toLowerCase().startsWith(s.data.language)) || null;
  if (!voice) return;
  s.said = words;
  s.spoken_at = at;
  speech.cancel();
  const spoken = new SpeechSynthesisUtterance(words);
  Object.assign(spoken, { voice, lang: voice.lang });
  speech.speak(spoken);
}

function stopStream(s) {
  if (s.stream) {
    const track = s.stream.getVideoTracks()[0];
    s.device = track ? track.getSettings() : null;
    s.stream.getTracks().forEach((one) => { one.onended = null; one.stop(); });
  }
  s.stream = null;
  s.$(".live").srcObject = null;
}

function stopAll(s) {
  clearInterval(s.timer);
  clearTimeout(s.ends);
  clearTimeout(s.prompting);
  if (s.recorder && s.recorder.state !== "inactive") { s.recorder.onstop = null; s.recorder.stop(); }
  stopStream(s);
}

function close(s) {
  stopAll(s);
  s.abort?.();
  window.speechSynthesis?.cancel();
  URL.revokeObjectURL(s.address);
}

function fail(s, words) { s.$(".error").textContent = words; }
function stored(key) { try { return localStorage.getItem(`screening.${key}`); } catch { return null; } }
function store(key, value) { try { localStorage.setItem(`screening.${key}`, value); } catch { /* private mode */ } }
