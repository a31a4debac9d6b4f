// The page on the phone: one video for one take of one screen. The permission's secret stands behind the # of the
// address, so that it is neither sent with the page's own request nor written into any log.
const data = JSON.parse(document.getElementById("data").textContent);
const { texts } = data;
const $ = (query) => document.querySelector(query);
const ticket = { address: data.address, secret: decodeURIComponent(location.hash.slice(1)) };
let abort = () => {};

$(".choose span").textContent = texts.choose;
$(".stop").textContent = texts.stop;
$(".hint").textContent = texts.hint;
$(".stop").onclick = () => abort();
$(".choose input").onchange = (event) => {
  const file = event.target.files[0];
  event.target.value = "";
  if (file) send(file);
};
start();

async function start() {
  let answer;
  try {
    answer = await fetch(data.state, { headers: { "X-Upload-Secret": ticket.secret }, cache: "no-store" });
  } catch { return over("lost"); }
  const told = answer.ok ? await answer.json() : { state: "unknown" };
  if (told.state !== "fresh") return over(told.state);
  $("h1").textContent = texts.heading;
  $(".take").textContent = told.take;
  $(".ready").hidden = false;
}

async function send(file) {
  $(".error").textContent = "";
  const wrong = file.size === 0 ? texts.error_empty : file.size > data.max_bytes ? texts.error_large : "";
  if (wrong) { $(".error").textContent = wrong; return; }
  $(".ready").hidden = true;
  $(".sending").hidden = false;
  let share = 0;
  const tell = (words) => { $("progress").value = share; $(".what").textContent = `${words}: ${file.name} (${Math.round(100 * share)} %)`; };
  tell(texts.sending);
  try {
    await sendFile(file, file.name, ticket, {
      progress: (part) => { share = part; tell(texts.sending); },
      waiting: () => tell(texts.waiting),
      hold: (stop) => { abort = stop; },
    }, true);
    over("arrived");
  } catch (trouble) {
    $(".sending").hidden = true;
    if (trouble.ticket) return start_again();
    $(".ready").hidden = false;
    $(".error").textContent = trouble.stopped ? texts.stopped : trouble.message || texts.error_network;
  }
}

function start_again() { $(".ready").hidden = true; start(); }

function over(state) {
  for (const part of [".ready", ".sending"]) $(part).hidden = true;
  $(".take").textContent = "";
  $("h1").textContent = texts[`${state}_heading`];
  $(".seen").textContent = texts[`${state}_seen`];
  $(".todo").textContent = texts[`${state}_todo`];
  $(".over").hidden = false;
}
