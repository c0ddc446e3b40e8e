//! Renku 2's pages as the server gives them: the document with the heading, which the script then takes over. Launchers are loaded
//! by the script.

use serde_json::{Value, json};

use super::files::file;
use super::model::Project;
use super::state::{State, value};
use crate::gitlab::{Reply, Request};

const SHELL: &str = include_str!("../../renku/two/shell.html");

/// The page or the file at a path.
pub(crate) fn answer(state: &State, request: &Request, path: &[&str]) -> Reply {
    if !request.reads() {
        return Reply::html(405, "405 Method Not Allowed");
    }
    match path {
        ["assets", name @ ..] => file(&name.join("/")).unwrap_or_else(|| Reply::html(404, "404 Not Found")),
        ["favicon.ico"] => Reply { status: 204, headers: Vec::new(), body: Vec::new() },
        ["p", namespace, slug, rest @ ..] => {
            let project = state.lock().world.project_at(namespace, slug).ok().cloned();
            let tab = match rest {
                [] => Some("overview"),
                ["settings"] => Some("settings"),
                _ => None,
            };
            let status = if project.is_some() { 200 } else { 404 };
            let title = project.as_ref().map_or("Page not found", |project| &project.name);
            let heading = match (&project, tab) {
                (Some(project), Some(tab)) => heading(project, tab),
                _ => LOADING.to_owned(),
            };
            page(status, title, &heading, &json!({ "project": project.as_ref().map(value) }))
        }
        _ => page(200, "Projects", LOADING, &json!({ "project": null })),
    }
}

const LOADING: &str = "<p class=\"loading\">Loading…</p>";

/// What is known of a project before the script asks for more; the script's `Heading` makes the same.
fn heading(project: &Project, tab: &str) -> String {
    let path = format!("/p/{}/{}", project.namespace, project.slug);
    let link = |name: &str, title: &str, href: &str| {
        let (active, current) = if name == tab { (" active", " aria-current=\"page\"") } else { ("", "") };
        format!(
            "<li class=\"nav-item\"><a data-cy=\"project-{name}-link\" title=\"{title}\"{current} class=\"nav-link{active}\" \
             href=\"{href}\">{title}</a></li>"
        )
    };
    let description = match project.description.as_str() {
        "" => String::new(),
        text => format!("<p class=\"mb-0\" data-cy=\"project-description\">{}</p>", escaped(text)),
    };
    format!(
        "<div class=\"project\"><header><h1 class=\"mb-0 text-break\" data-cy=\"project-name\">{}</h1></header>{description}\
         <ul class=\"nav nav-tabs\">{}{}</ul><main>{LOADING}</main></div>",
        escaped(&project.name),
        link("overview", "Overview", &path),
        link("settings", "Settings", &format!("{path}/settings")),
    )
}

fn page(status: u16, title: &str, content: &str, data: &Value) -> Reply {
    // Between two tags there is no text, as a page that is taken over has to be.
    let shell: String = SHELL.lines().map(str::trim).collect();
    // A script ends at the first `</script`, whatever it holds.
    let data = data.to_string().replace('<', "\\u003c");
    // In this order, so that nothing of a project is taken for a place.
    let page = shell.replacen("{{data}}", &data, 1);
    let page = match page.split_once("{{content}}") {
        Some((before, after)) => format!("{}{content}{after}", before.replacen("{{title}}", &escaped(title), 1)),
        None => page,
    };
    Reply::new(status, "text/html; charset=utf-8", page).with("cache-control", "no-store")
}

/// As text of HTML, in and outside of attributes.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_project_becomes_markup() {
        let text = "</script><img src=x onerror=\"a('&')\">{{content}}{{data}}";
        let page = page(200, text, &escaped(text), &json!({ "project": text }));
        let page = String::from_utf8(page.body).expect("it is text");
        assert!(!page.contains("<img"), "{page}");
        assert_eq!(page.matches("\\u003c/script>\\u003cimg").count(), 1, "{page}");
        assert_eq!(page.matches("&lt;/script&gt;&lt;img").count(), 2, "{page}");
    }
}
