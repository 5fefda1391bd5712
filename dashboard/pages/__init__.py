"""One module a page: each has `page(release, query)` returning a `components.Page`. No page queries by itself."""
