/** Looks of an exported page: the same quiet greys as the app, dark or light as the reader's system is. */
export const PAGE_STYLE = `
:root{color-scheme:dark light;--bg:#141414;--raised:#222;--line:#333;--text:#eee;--muted:#a5a5a5;--accent:#ff7a45}
@media (prefers-color-scheme:light){:root{--bg:#f5f5f5;--raised:#fff;--line:#d0d0d0;--text:#1a1a1a;--muted:#5c5c5c;--accent:#b93a0c}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,sans-serif}
header{padding:20px 16px 12px}
h1{margin:0;font-size:20px;font-weight:600;overflow-wrap:anywhere}
header p{margin:2px 0 0;color:var(--muted)}
main{display:flex;flex-wrap:wrap;gap:4px;padding:0 12px 24px}
main::after{content:"";flex-grow:1000}
figure{margin:0;flex:1 1 auto;max-width:100%}
figure button{display:block;width:100%;padding:0;border:0;border-radius:6px;background:var(--raised);cursor:zoom-in;overflow:hidden}
figure img{display:block;height:220px;width:100%;min-width:90px;object-fit:cover}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media (max-width:600px){figure img{height:130px}main{padding:0 8px 16px}}
dialog{width:100vw;height:100dvh;max-width:none;max-height:none;margin:0;padding:0;border:0;background:#0c0c0c;color:#eee;overflow:hidden;touch-action:pan-y pinch-zoom}
#shown{position:absolute;inset:0;width:100%;height:100%;object-fit:contain;user-select:none;-webkit-user-drag:none}
dialog button{position:absolute;width:44px;height:44px;border:1px solid #555;border-radius:6px;background:#222d;color:#eee;font:24px/1 system-ui,sans-serif;cursor:pointer}
dialog button:hover{border-color:#aaa}
#previous,#next{top:calc(50% - 22px)}
#previous{left:12px}
#next,#close{right:12px}
#close{top:12px}
#about{top:12px;right:64px;font-style:italic;font-family:Georgia,serif;font-size:20px}
#about[aria-pressed=true]{border-color:var(--accent)}
#place{position:absolute;top:20px;left:16px;margin:0;padding:2px 8px;border-radius:6px;background:#222d;font-variant-numeric:tabular-nums}
#recipe{position:absolute;right:12px;bottom:12px;width:min(420px,calc(100vw - 24px));max-height:calc(100dvh - 140px);margin:0;padding:12px 16px;overflow:auto;border:1px solid #444;border-radius:10px;background:#1a1a1af2}
[hidden]{display:none!important}
dl div{margin:0 0 8px}
dt{color:#a5a5a5;font-size:13px}
dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap;user-select:text}
`;

/** What an exported page does: a viewer with keys and swipes. It reads the page and nothing else. */
export const PAGE_SCRIPT = `
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const dialog = document.querySelector("dialog");
  const figures = [...document.querySelectorAll("figure")];
  let at = 0;
  let about = false;
  const layOut = () => {
    const height = innerWidth <= 600 ? 130 : 220;
    for (const figure of figures) {
      const image = figure.querySelector("img");
      const ratio = image.getAttribute("width") / image.getAttribute("height");
      const shape = Math.min(2.5, Math.max(0.4, ratio || 1));
      figure.style.flexBasis = shape * height + "px";
      figure.style.flexGrow = String(shape);
    }
  };
  layOut();
  addEventListener("resize", layOut);
  const show = (next) => {
    at = Math.max(0, Math.min(figures.length - 1, next));
    const button = figures[at].querySelector("button");
    const image = button.querySelector("img");
    const recipe = figures[at].querySelector("dl");
    $("shown").src = button.dataset.large || image.src;
    $("shown").alt = image.alt;
    $("place").textContent = at + 1 + " / " + figures.length;
    $("previous").hidden = at === 0;
    $("next").hidden = at === figures.length - 1;
    $("about").hidden = !recipe;
    $("about").setAttribute("aria-pressed", String(about));
    $("recipe").hidden = !recipe || !about;
    $("recipe").replaceChildren(...(recipe ? [...recipe.cloneNode(true).childNodes] : []));
  };
  figures.forEach((figure, index) => {
    figure.querySelector("button").addEventListener("click", () => {
      show(index);
      dialog.showModal();
      $("close").focus();
    });
  });
  const tell = () => {
    about = !about;
    show(at);
  };
  $("previous").addEventListener("click", () => show(at - 1));
  $("next").addEventListener("click", () => show(at + 1));
  $("about").addEventListener("click", tell);
  $("close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => figures[at].querySelector("button").focus());
  dialog.addEventListener("keydown", (event) => {
    const keys = {
      ArrowLeft: () => show(at - 1),
      ArrowRight: () => show(at + 1),
      Home: () => show(0),
      End: () => show(figures.length - 1),
      i: tell,
    };
    if (Object.hasOwn(keys, event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  let from = null;
  dialog.addEventListener("pointerdown", (event) => {
    from = event.isPrimary && event.pointerType !== "mouse" ? event : null;
  });
  dialog.addEventListener("pointerup", (event) => {
    const moved = from ? event.clientX - from.clientX : 0;
    const aside = from ? Math.abs(event.clientY - from.clientY) : 0;
    from = null;
    if (Math.abs(moved) > 50 && aside < Math.abs(moved)) {
      show(at + (moved < 0 ? 1 : -1));
    }
  });
  dialog.addEventListener("pointercancel", () => { from = null; });
})();
`;
