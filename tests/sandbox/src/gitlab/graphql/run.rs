//! Runs a checked query.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use graphql_parser::query::{Field, Selection, SelectionSet};
use serde_json::{Map, Value as Json, json};

use super::check::Fragments;
use super::fields;
use super::node::{Node, Out, Page};
use super::schema::{FieldDef, Schema};
use super::value::{arguments, included};
use crate::gitlab::state::Context;

struct Run<'a, 'q> {
    cx: &'a Context<'a>,
    variables: &'a Map<String, Json>,
    fragments: &'a Fragments<'a, 'q>,
    errors: Vec<Json>,
}

/// The answer with its data, and errors if there are any.
pub(super) fn run<'q>(
    cx: &Context<'_>,
    set: &SelectionSet<'q, String>,
    variables: &Map<String, Json>,
    fragments: &Fragments<'_, 'q>,
) -> Json {
    let mut run = Run { cx, variables, fragments, errors: Vec::new() };
    let mut data = Map::new();
    run.select(&Node::Query, set, &mut Vec::new(), &mut data);
    if run.errors.is_empty() { json!({ "data": data }) } else { json!({ "data": data, "errors": run.errors }) }
}

impl<'q> Run<'_, 'q> {
    fn select(
        &mut self,
        node: &Node,
        set: &SelectionSet<'q, String>,
        path: &mut Vec<Json>,
        into: &mut Map<String, Json>,
    ) {
        for item in &set.items {
            match item {
                Selection::Field(field) if included(&field.directives, self.variables) => {
                    let key = field.alias.as_ref().unwrap_or(&field.name);
                    path.push(json!(key));
                    let value = self.field(node, field, path);
                    path.pop();
                    merge(into, key, value);
                }
                Selection::InlineFragment(fragment) if included(&fragment.directives, self.variables) => {
                    self.select(node, &fragment.selection_set, path, into);
                }
                Selection::FragmentSpread(spread) if included(&spread.directives, self.variables) => {
                    if let Some(fragment) = self.fragments.get(spread.fragment_name.as_str()).copied() {
                        self.select(node, &fragment.selection_set, path, into);
                    }
                }
                _ => {}
            }
        }
    }

    fn field(&mut self, node: &Node, field: &Field<'q, String>, path: &mut Vec<Json>) -> Json {
        let kind = node.kind();
        if field.name == "__typename" {
            return json!(kind);
        }
        let known = Schema::get().field(&kind, &field.name, self.cx.version).expect("the query was checked");
        let arguments = arguments(field, self.variables);
        match fields::resolve(self.cx, node, &field.name, &arguments) {
            Ok(Out::Value(value)) => value,
            Ok(Out::Node(node)) => self.object(&node, field, path),
            Ok(Out::Nodes(nodes)) => {
                let shown = nodes.iter().enumerate().map(|(place, node)| {
                    path.push(json!(place));
                    let value = self.object(node, field, path);
                    path.pop();
                    value
                });
                shown.collect()
            }
            Ok(Out::Pages(nodes)) => {
                let page = cut(nodes, known, &arguments);
                self.object(&Node::Connection(Arc::new(page)), field, path)
            }
            Ok(Out::Error(message)) => self.wrong(&message, field, path),
            Err(error) => self.wrong(&format!("Internal server error: {error}"), field, path),
        }
    }

    fn object(&mut self, node: &Node, field: &Field<'q, String>, path: &mut Vec<Json>) -> Json {
        let mut object = Map::new();
        self.select(node, &field.selection_set, path, &mut object);
        Json::Object(object)
    }

    fn wrong(&mut self, message: &str, field: &Field<'q, String>, path: &[Json]) -> Json {
        let locations = json!([{ "line": field.position.line, "column": field.position.column }]);
        self.errors.push(json!({ "message": message, "locations": locations, "path": path }));
        Json::Null
    }
}

/// Two selections of one field are one object.
fn merge(into: &mut Map<String, Json>, key: &str, value: Json) {
    match (into.get_mut(key), value) {
        (Some(Json::Object(known)), Json::Object(more)) => {
            more.into_iter().for_each(|(key, value)| merge(known, &key, value));
        }
        (Some(Json::Array(known)), Json::Array(more)) => {
            for (known, more) in known.iter_mut().zip(more) {
                if let (Json::Object(known), Json::Object(more)) = (known, more) {
                    more.into_iter().for_each(|(key, value)| merge(known, &key, value));
                }
            }
        }
        (_, value) => drop(into.insert(key.to_owned(), value)),
    }
}

/// The page of a list that the arguments ask for. A cursor is the number of elements up to it.
fn cut(nodes: Vec<Node>, field: &FieldDef, arguments: &Map<String, Json>) -> Page {
    let place = |name: &str| arguments.get(name).and_then(Json::as_str).and_then(read_cursor);
    let count = nodes.len();
    let size = usize::try_from(field.page(arguments)).unwrap_or(usize::MAX);
    let (from, to) =
        (place("after").unwrap_or(0).min(count), place("before").map_or(count, |before| (before - 1).min(count)));
    let to = to.max(from);
    let backwards = arguments.get("last").is_some_and(Json::is_u64);
    let (start, end) = if backwards { (to.saturating_sub(size).max(from), to) } else { (from, (from + size).min(to)) };
    let nodes = nodes.into_iter().skip(start).take(end - start).collect();
    Page { of: field.kind.trim_end_matches("Connection").to_owned(), nodes, start, more: end < count, count }
}

/// The cursor of the element with this place.
pub(super) fn cursor(place: usize) -> String {
    BASE64URL_NOPAD.encode((place + 1).to_string().as_bytes())
}

/// How many elements there are up to a cursor.
pub(super) fn read_cursor(cursor: &str) -> Option<usize> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
    String::from_utf8(bytes).ok()?.parse().ok().filter(|place| *place > 0)
}
