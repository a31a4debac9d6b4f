// Shows one of a job's files: the video, the report as the very file that can be downloaded, or links to all files.
const shown = new WeakMap();

export default function (component) {
  const { parentElement: root, data } = component;
  const key = JSON.stringify(data);
  if (shown.get(root) === key) return;
  shown.set(root, key);
  const box = root.querySelector(".viewer");
  box.replaceChildren(build[data.kind](data));
}

const build = {
  video({ address, title }) {
    const video = make("video", { controls: true, playsInline: true, preload: "metadata", src: address });
    video.setAttribute("aria-label", title);
    return video;
  },

  report({ address, title }) {
    const frame = make("iframe", { src: address, title });
    frame.onload = () => {
      const page = frame.contentDocument.documentElement;
      const fit = () => { frame.style.height = `${Math.ceil(frame.contentDocument.body.getBoundingClientRect().height) + 32}px`; };
      page.style.overflowY = "hidden";
      frame.contentDocument.querySelector("h1")?.setAttribute("hidden", "");  // the page around it has its title
      for (const link of frame.contentDocument.querySelectorAll("a[href]:not([href^='#'])")) {
        if (link.origin !== location.origin) continue;
        link.search = new URL(frame.src).search;  // a file beside the report needs the same grant
        link.target = "_blank";
      }
      new frame.contentWindow.ResizeObserver(fit).observe(frame.contentDocument.body);
      fit();
    };
    return frame;
  },

  links({ files }) {
    const list = document.createElement("ul");
    for (const { address, name, note } of files) {
      const link = make("a", { href: address, download: name });
      link.append(make("b", { textContent: name }), make("small", { textContent: note }));
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    return list;
  },
};

function make(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}
