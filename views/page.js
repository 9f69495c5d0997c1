// The whole page, whichever view is drawn: what is said when the server is gone, and the framework's own English. Constant text of ours.
(() => {
  const WORDS = {
    zh: "与知问的连接断开了，正在重新连接。已经显示的内容还在；如果一直连不上，请确认知问仍在运行，再刷新本页。",
    en: "The connection to Zhiwen was lost; trying again. What is shown stays; if this lasts, see that Zhiwen is running and reload.",
  };
  const GRACE_MS = 2000, LOOK_MS = 250;
  // Read out or shown by the framework itself; [English, Chinese].
  const SPOKEN = [["Skip to main content", "跳到正文"], ["Close", "关闭"], ["Send message", "发送"], ["Scroll to bottom", "到最下面"],
                  ["Copy to clipboard", "复制"], ["Sidebar", "菜单"], ["App pages", "各个页面"],
                  ["Expand sidebar", "打开菜单"], ["Collapse sidebar", "收起菜单"]];
  const notice = document.createElement("div");
  notice.id = "zhiwen-lost";
  notice.hidden = true;
  notice.setAttribute("role", "alert");
  addEventListener("DOMContentLoaded", () => document.body.append(notice));
  let lostSince = 0;
  window.WebSocket = class extends WebSocket {
    constructor(...where) {
      super(...where);
      this.addEventListener("open", () => { lostSince = 0; });
      this.addEventListener("close", () => { lostSince ||= Date.now(); });
    }
  };
  setInterval(() => {
    const english = document.documentElement.lang.startsWith("en");
    const told = lostSince > 0 && Date.now() - lostSince >= GRACE_MS;
    if (told === notice.hidden) {
      notice.textContent = told ? WORDS[english ? "en" : "zh"] : "";
      notice.hidden = !told;
    }
    if (!english) for (const [theirs, ours] of SPOKEN) {
      for (const element of document.querySelectorAll(`[aria-label="${theirs}"]`)) element.setAttribute("aria-label", ours);
      for (const link of document.querySelectorAll('a[href^="#"]')) if (link.textContent === theirs) link.textContent = ours;
    }
    if (!lostSince) return;
    for (const dialog of document.querySelectorAll('[role="dialog"]'))
      if (/^Connection error/.test(dialog.textContent)) dialog.querySelector('[aria-label="Close"], [aria-label="关闭"]')?.click();
  }, LOOK_MS);
})();
