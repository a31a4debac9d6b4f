// Sends one file to the upload route and goes on where a lost connection left it. Shared by all parts that upload.
const RETRY_MS = [500, 1000, 2000, 3000, 5000];
const GIVE_UP_MS = 30 * 60 * 1000;

// ticket: {address, secret}; on: {progress(share), waiting(), hold(abort)}. Resolves when all has arrived; rejects
// with {stopped}, {ticket} (the permission is over) or {message}.
async function sendFile(file, name, ticket, on, look = false) {
  let stopped = false, current = null, offset = 0, tries = 0, since = Date.now(), ask = look;
  on.hold(() => { stopped = true; if (current) current.abort(); });
  for (;;) {
    if (stopped) throw { stopped: true };
    try {
      if (ask) {
        const told = await askOffset(ticket);
        if (told.done) return;
        offset = told.length === file.size && told.name === name ? told.offset : 0;
      }
      const answer = await patch(file, name, ticket, offset, (share) => { since = Date.now(); on.progress(share); },
        (request) => { current = request; });
      if (answer.status === 200) return;
      if (answer.status === 403) throw { ticket: true, message: answer.error };
      if (![202, 409, 423, 502, 503, 504].includes(answer.status)) throw { message: answer.error };
      tries = answer.status === 202 ? 0 : tries;
    } catch (trouble) {
      if (stopped) throw { stopped: true };
      if (!trouble.network || Date.now() - since > GIVE_UP_MS) throw trouble;
      on.waiting();
    }
    ask = true;
    await new Promise((go) => { setTimeout(go, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]); });
  }
}

async function askOffset(ticket) {
  let answer;
  try {
    answer = await fetch(new URL(ticket.address, document.baseURI),
      { method: "HEAD", headers: { "X-Upload-Secret": ticket.secret }, cache: "no-store" });
  } catch { throw { network: true }; }
  if (answer.status === 403) throw { ticket: true };
  if (!answer.ok) throw { network: true };
  const number = (key) => Number(answer.headers.get(key) || 0);
  return {
    offset: number("Upload-Offset"), length: number("Upload-Length"), done: number("Upload-Done") === 1,
    name: decodeURIComponent(answer.headers.get("Upload-Name") || ""),
  };
}

function patch(file, name, ticket, offset, progress, hold) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    hold(request);
    request.open("PATCH", new URL(ticket.address, document.baseURI));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-Upload-Secret", ticket.secret);
    request.setRequestHeader("X-File-Name", encodeURIComponent(name));
    request.setRequestHeader("Upload-Offset", String(offset));
    request.setRequestHeader("Upload-Length", String(file.size));
    request.upload.onprogress = (event) => progress((offset + event.loaded) / file.size);
    request.onload = () => {
      let error = "";
      try { error = JSON.parse(request.responseText).error || ""; } catch { /* not ours */ }
      done({ status: request.status, error });
    };
    request.onerror = () => failed({ network: true });
    request.onabort = () => failed({ stopped: true });
    request.send(offset ? file.slice(offset) : file);
  });
}

// Permissions of uploads that have begun, so that the same file goes on after the page was loaded again.
const remember = (file, ticket) => { try { sessionStorage.setItem(fileKey(file), JSON.stringify(ticket)); } catch { /* private mode */ } };
const recall = (file) => { try { return JSON.parse(sessionStorage.getItem(fileKey(file))); } catch { return null; } };
const forget = (file) => { try { sessionStorage.removeItem(fileKey(file)); } catch { /* private mode */ } };
const fileKey = (file) => `upload:${file.name}:${file.size}:${file.lastModified}`;
