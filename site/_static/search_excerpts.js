// What a search shows of a page is its article alone, and a formula in it as people would write it in a line.
const NAMES = {
  partial: "∂", delta: "δ", odot: "⊙", cdot: "·", times: "×", sum: "Σ", prod: "Π", leftarrow: "←", rightarrow: "→", to: "→", le: "≤", ge: "≥", approx: "≈", ne: "≠",
  infty: "∞", lVert: "‖", rVert: "‖", sigma: "σ", theta: "θ", rho: "ρ", lambda: "λ", gamma: "γ", alpha: "α", beta: "β", epsilon: "ε", mu: "μ", pi: "π", pm: "±",
  dots: "…", ldots: "…", cdots: "…", lfloor: "⌊", rfloor: "⌋", in: "∈", sqrt: "√", qquad: ";", quad: ";", top: "ᵀ",
};

function written(formula) {
  let text = formula.replace(/\\[()[\]]/g, " ").replace(/\\(begin|end)\{\w+\}/g, " ").replace(/\\\\/g, "; ").replace(/&/g, " ");
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replace(/\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/, "$1/$2").replace(/([_^])\{([^{}]*)\}/, "$1$2").replace(/\{([^{}]*)\}/, "$1");
  }
  return text.replace(/\\([a-zA-Z]+)/g, (_, name) => NAMES[name] ?? "").replace(/\\./g, " ");
}

Search.htmlToText = (text, anchor) => {
  const article = new DOMParser().parseFromString(text, "text/html").querySelector("article");
  if (!article) return "";
  article.querySelectorAll(".headerlink, script, style, .needs-python, .bptt-living").forEach((node) => node.remove());
  for (const formula of article.querySelectorAll(".math")) formula.textContent = written(formula.textContent).trim();
  const part = (anchor && article.querySelector(anchor)) || article;
  part.querySelector("h1, h2, h3")?.remove(); // it is the link above
  return part.textContent.replace(/\s+/g, " ").trim();
};

// Sphinx cuts anywhere: words stay whole. Where only the title has the word, the excerpt is the beginning: "" stands there.
const { makeSearchSummary } = Search;
Search.makeSearchSummary = (page, words, anchor) => {
  const summary = makeSearchSummary(page, ["", ...words], anchor);
  if (summary) summary.textContent = summary.textContent.replace(/^\.\.\.\S*\s/, "… ").replace(/\s\S*\.\.\.$/, " …");
  return summary;
};
