"""What the tests of accessibility ask a page: axe-core's violations, and texts that overlap, are cut or stand outside."""

import json

# Texts that lie over each other, in pairs, and texts that are cut or outside the window. A letter's own box is taller than
# its ink, so a fifth is taken off above and below; turned texts have boxes that say nothing. The sentence keeps to the window's
# edge, over what is scrolled under it (test_in_view.py looks at that): here it stands where it stands when all is scrolled by.
CLASHES = """() => {
    const sentences = [...document.querySelectorAll('.bptt .sentence')];
    for (const sentence of sentences) sentence.style.position = 'static';
    const seen = [], found = [], texts = [...document.querySelectorAll('.bptt')].flatMap(root => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), nodes = [];
        while (walker.nextNode()) nodes.push(walker.currentNode);
        return nodes;
    });
    for (const text of texts) {
        const parent = text.parentElement, range = document.createRange();
        if (!text.data.trim() || parent.closest('.spoken, option, math, [transform]')) continue;
        if (!parent.checkVisibility({ visibilityProperty: true })) continue;
        range.selectNodeContents(text);
        for (const { left, right, top, bottom } of range.getClientRects()) {
            const less = (bottom - top) / 5;
            if (right > left) seen.push({ what: text.data, parent, left, right, top: top + less, bottom: bottom - less });
        }
    }
    seen.forEach((a, i) => {
        if (a.left < -1 || a.right > innerWidth + 1) found.push(`outside: ${a.what}`);
        for (const b of seen.slice(i + 1)) {
            const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (a.parent !== b.parent && across > 1 && down > 1) found.push(`overlap: ${a.what} | ${b.what}`);
        }
    });
    for (const node of document.querySelectorAll('.bptt :is(label, legend, output, p, button, .number, .word, .answer)'))
        if (!node.matches('.spoken') && node.clientWidth && node.scrollWidth > node.clientWidth + 1)
            found.push(`cut: ${node.textContent}`);
    for (const sentence of sentences) sentence.style.removeProperty('position');
    return found;
}"""


# The colours that axe computes keep their fields in WeakMaps, 9 each, which costs a quarter of axe's time; here they keep them
# themselves.
_FIELDS = """class {
    at = Symbol();
    has(key) { return this.at in key; }
    get(key) { return key[this.at]; }
    set(key, value) { key[this.at] = value; return this; }
    delete(key) { return delete key[this.at]; }
}"""
_RUN = """([scope, options]) => {
    axe.configure({ noHtml: true });
    return axe.run({ include: [[scope]] }, options).then(found => found.violations);
}"""


def violations(page, scope: str = "html") -> list[str]:
    """What axe-core finds wrong in the scope, its best practices included: the rule, the place and the reason."""
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"{{ const WeakMap = {_FIELDS}; {Axe().axe_script} }}")
    found = []
    options = {"resultTypes": ["violations"], "preload": False}  # axe would fetch style sheets again, from wrong addresses
    for rule in page.evaluate(_RUN, [scope, options]):
        for node in rule["nodes"]:
            why = [check["message"] for check in (*node["any"], *node["all"], *node["none"])]
            found.append(f"{rule['id']} at {json.dumps(node['target'])}: {'; '.join(why)}")
    return found
