"""The course as a site. `make site` copies this folder and the notebooks, as they ran, to build/site-source."""

import html
import os
import re
from pathlib import Path

import yaml
from docutils import nodes

from bptt_lab.basics.text import unbroken
from tools import card

project = "bptt_lab"
html_title = "bptt_lab: why do RNNs forget?"
author = "the bptt_lab team"
language = "en"

extensions = ["myst_nb", "sphinx-mathjax-offline"]
nb_execution_mode = "off"  # tools/site.py ran them
nb_ipywidgets_js: dict = {}  # no widget of a kernel is left on a page, so nothing is fetched for one
nb_mime_priority_overrides = [("html", "text/html", 0)]
nb_render_markdown_format = "myst"
nb_code_prompt_show = nb_code_prompt_hide = "The check of these numbers"  # a folded cell
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist", "html_admonition", "html_image", "attrs_inline"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

html_theme = "sphinx_book_theme"
html_use_index = False  # no page has a word for it
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["explorers/explorer.css", "site.css"]
html_js_files = [("living.js", {"type": "module", "async": "async"})]
mathjax_options = {"type": "text/plain", "defer": "defer"}  # a browser leaves it alone: living.js begins it
html_theme_options = {
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "use_download_button": True,
    "navbar_persistent": [],
    "back_to_top_button": False,  # it would lie on the explorers
    "article_header_start": ["toggle-primary-sidebar.html"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_context = {"default_mode": "auto"}
templates_path = ["_templates"]

# ---- what other places show of a page: its description, its card, its citation

ROOT = Path(__file__).parents[2]  # this file runs as a copy in build/site-source
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
AUTHORS = ", ".join(author["name"] for author in CITATION["authors"])
ABOUT = (
    "A course on backpropagation through time and the vanishing gradient. You move the gradient yourself, with nothing installed."
)
# The site's own address: cards need it whole. Where it is published the repository is known; elsewhere the README names it.
repository = (
    os.environ.get("GITHUB_REPOSITORY")
    or re.findall(r"mybinder\.org/v2/gh/([^/]+/[^/]+)/HEAD", (ROOT / "README.md").read_text(encoding="utf-8"))[0]
)
owner, name = repository.split("/")
# A button on each notebook's page opens it in JupyterLab on Binder.
html_theme_options |= {
    "repository_url": f"https://github.com/{repository}",
    "repository_branch": "HEAD",
    "launch_buttons": {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"},
}
html_baseurl = f"https://{owner.lower()}.github.io/{name}/"
cite = f"{AUTHORS}: {CITATION['title']} Version {CITATION['version']}, {CITATION['date-released'].year}."
html_theme_options["extra_footer"] = f'<p class="cite">To cite this course: <cite>{html.escape(cite)}</cite></p>'


def description(title: str, doctree) -> str:
    """The question that a page opens with, or else its title, and what the course is."""
    questions = (text for node in doctree.findall(nodes.emphasis) if (text := node.astext()).endswith("?"))
    return f"{next(questions, title.rstrip('.') + '.' * (title[-1] not in '?!'))} {ABOUT}"


TRANSLATED = re.compile("(?:^|/)([a-z][a-z])/")  # the folder of a page in another language


def head(app, page, template, context, doctree):
    """The lines of a page's head that other sites and catalogues read."""
    if page == "search":
        app.add_js_file("search_excerpts.js", type="module")
    if doctree is None:
        return
    if translated := TRANSLATED.search(page):
        context["language"] = translated[1]  # of the page, for screen readers
    for way in ("prev", "next"):  # a translation is no lesson between two others
        if translated or TRANSLATED.search((context.get(way) or {}).get("link", "")):
            context[way] = None
    title = re.sub("<[^>]*>", "", html.unescape(context["title"]))
    picture = f"_static/cards/{page.replace('/', '-')}.png"
    card.draw(title, "bptt_lab", Path(app.outdir) / picture)
    says = {
        "description": description(title, doctree),
        "twitter:card": "summary_large_image",
        "citation_title": CITATION["title"],
        "citation_author": AUTHORS,
        "citation_publication_date": CITATION["date-released"].strftime("%Y/%m/%d"),
        "og:title": title,
        "og:description": description(title, doctree),
        "og:type": "article",
        "og:url": f"{html_baseurl}{page}.html",
        "og:image": html_baseurl + picture,
        "og:image:width": str(card.WIDTH),
        "og:image:height": str(card.HEIGHT),
        "og:image:alt": f"{title}. Three gradients on their way back: one vanishes fast, one slowly, and one explodes.",
    }
    lines = [
        f'<meta {"property" if key.startswith("og:") else "name"}="{key}" content="{html.escape(text)}">'
        for key, text in says.items()
    ]
    context["metatags"] = context.get("metatags", "") + "\n".join(lines + ahead(doctree, context["pathto"]))


def ahead(doctree, path_to) -> list[str]:
    """What the page's first explorer asks for is fetched while the page is read, not once its script runs."""
    pages = "".join(raw.astext() for raw in doctree.findall(nodes.raw))
    first = re.search('data-code="(.*?)" data-table="(.*?)"', pages)
    as_asked = 'rel="modulepreload"', 'rel="preload" as="fetch" crossorigin'
    names = first.groups() if first else ()
    return [f'<link {asked} href="{path_to(f"_static/explorers/{name}", 1)}">' for asked, name in zip(as_asked, names)]


def when_seen(app, doctree):
    """A picture is fetched once it comes near, and that of the other theme never."""
    for picture in doctree.findall(nodes.image):
        picture["loading"] = "lazy"


def with_formulas_whole(app, doctree):
    """A short formula in prose is not broken at a line's end."""
    other = nodes.title, nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw, nodes.comment
    for text in list(doctree.findall(nodes.Text)):
        within = text.parent
        while within and not isinstance(within, other):
            within = within.parent
        if not within and (whole := unbroken(text.astext())) != text:
            text.parent.replace(text, nodes.Text(whole))


def setup(app):
    app.connect("doctree-read", when_seen)
    app.connect("doctree-read", with_formulas_whole)
    app.connect("html-page-context", head)
