"""The course as a site. `make site` copies this folder and the notebooks, as they ran, to build/site-source."""

project = "bptt_lab"
html_title = "bptt_lab: why do RNNs forget?"
author = "the bptt_lab team"
language = "en"

extensions = ["myst_nb", "sphinx-mathjax-offline"]
nb_execution_mode = "off"  # tools/site.py ran them
nb_ipywidgets_js: dict = {}  # no widget of a kernel is left on a page, so nothing is fetched for one
nb_mime_priority_overrides = [("html", "text/html", 0)]
nb_render_markdown_format = "myst"
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist", "html_admonition", "html_image"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

html_theme = "sphinx_book_theme"
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["explorers/explorer.css", "site.css"]
html_js_files = [("living.js", {"type": "module"})]
html_theme_options = {
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "use_download_button": True,
    "navbar_persistent": [],
    "article_header_start": ["toggle-primary-sidebar.html"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_context = {"default_mode": "auto"}
html_meta_description = "Why do recurrent networks forget? Move the gradient yourself: a course on backpropagation through time."
