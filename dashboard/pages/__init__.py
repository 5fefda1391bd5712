"""One module a page, with `page(release, query)` returning a `components.Page`; a long page has further modules
named after it. No page queries by itself."""
